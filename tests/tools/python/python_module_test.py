# SPDX-License-Identifier: Apache-2.0
"""The Python module against the programs and against NumPy. Run by ctest with PYTHONPATH on the built module."""

import dataclasses
import inspect
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
import zipfile
from pathlib import Path

import numpy as np

import crbrt

root = Path(os.environ["CRBRT_SOURCE_DIR"])
programs = Path(os.environ["CRBRT_BIN_DIR"])
model_file = root / "models/brain_v2/brain_v2.crbm"
sequence_file = root / "models/protocol/crbrt1142.json"

model = crbrt.Model(model_file)
sequence = crbrt.Sequence.read(sequence_file)
tissues = dict(
    m0_semi_frac=np.linspace(0.05, 0.25, 24),
    t1_apparent_s=np.linspace(0.8, 2, 24),
    t2_free_s=np.linspace(0.05, 0.12, 24),
    exchange_hz=25,
    t2_semi_s=12e-6,
    omega0_rad_s=np.linspace(-500, 500, 24),
)
white = dict(m0_semi_frac=0.13, t1_apparent_s=1.1, t2_free_s=0.07, exchange_hz=20, t2_semi_s=1e-5)
sigma = 0.02


def noisy_voxels():
    """[2, 3, 4, R] complex64 at SNR 50."""
    random = np.random.default_rng(1)
    signal = crbrt.simulate(sequence, tissues, derivatives=False, basis=model.basis).signal
    noise = random.normal(size=signal.shape) + 1j * random.normal(size=signal.shape)
    return (signal + sigma * noise).astype(np.complex64).reshape(2, 3, 4, -1)


coefficients = noisy_voxels()


def fit(data, sigma=sigma, **more):
    return crbrt.fit(data, sequence, model.basis, sigma=sigma, starts=1, threads=2, **more)


def nifti(path):
    data = path.read_bytes()
    assert struct.unpack_from("<h", data, 70)[0] == 16, "single precision"
    shape = struct.unpack_from("<8h", data, 40)[1:4]
    return np.frombuffer(data, "<f4", int(np.prod(shape)), int(struct.unpack_from("<f", data, 108)[0])).reshape(shape, order="F")


class Maps(unittest.TestCase):
    def assert_same_bits(self, a, b):
        for name in a:
            self.assertEqual(np.ascontiguousarray(a[name]).tobytes(), np.ascontiguousarray(b[name]).tobytes(), name)
            self.assertEqual(np.ascontiguousarray(a.std[name]).tobytes(), np.ascontiguousarray(b.std[name]).tobytes(), name)
        self.assertTrue((a.status == b.status).all() and (a.is_atypical == b.is_atypical).all())

    def test_they_are_those_of_crbrt_map(self):
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder, "in.npy"), coefficients)
            command = [programs / "crbrt-map", "--model", model_file, "--input", Path(folder, "in.npy"), "--out", Path(folder, "out")]
            subprocess.run([*command, "--sigma", str(sigma)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            maps = model.map(coefficients, sigma=sigma)
            for name, file in (("m0_semi_frac", "m0_semi_frac"), ("t1_apparent_s", "T1map"), ("t2_free_s", "T2map")):
                np.testing.assert_array_equal(maps[name], nifti(Path(folder, "out", file + ".nii")))
                np.testing.assert_array_equal(maps.std[name], nifti(Path(folder, "out", file + "_std.nii")))
            np.testing.assert_array_equal(maps.atypicality, nifti(Path(folder, "out", "atypicality.nii")))

    def test_strides_and_threads_change_no_bit(self):
        expected = model.map(coefficients, sigma=sigma)
        every_other = np.zeros((4, 3, 8, 26), np.complex64)
        every_other[::2, :, ::2, ::2] = coefficients
        read_only = coefficients.copy()
        read_only.flags.writeable = False
        for other in (
            np.asfortranarray(coefficients),
            every_other[::2, :, ::2, ::2],
            coefficients[::-1].copy()[::-1],
            coefficients.astype(np.complex128),
            read_only,
        ):
            self.assert_same_bits(expected, model.map(other, sigma=sigma, threads=3))
        first = np.ascontiguousarray(np.moveaxis(coefficients, -1, 0))
        self.assert_same_bits(expected, model.map(first, sigma=sigma, order="coefficient_first"))

    def test_maps_lie_in_memory_as_the_grid_does(self):
        self.assertTrue(model.map(np.asfortranarray(coefficients))["t2_free_s"].flags.f_contiguous)
        self.assertTrue(model.map(coefficients)["t2_free_s"].flags.c_contiguous)

    def test_a_mask_leaves_the_others_alone(self):
        mask = np.arange(24).reshape(2, 3, 4) % 3 != 0
        all_of_them = model.map(coefficients, sigma=sigma)
        for chosen in (mask, np.asfortranarray(mask.astype(np.int16) * 7), mask.astype(np.int8) * -7, np.flip(np.flip(mask).copy())):
            maps = model.map(coefficients, mask=chosen, sigma=sigma, fill=np.nan)
            np.testing.assert_array_equal(maps["t1_apparent_s"][mask], all_of_them["t1_apparent_s"][mask])
            self.assertTrue(np.isnan(maps["t1_apparent_s"][~mask]).all() and (maps.status[~mask] == 4).all())
        nobody = model.map(coefficients, mask=np.zeros_like(mask))
        self.assertTrue((nobody.status == 4).all())

    def test_fill_is_what_all_maps_hold_where_nothing_was_estimated(self):
        data = coefficients.reshape(24, -1)[:4].copy()
        data[0, 3], data[1] = np.nan, 0
        mask = np.array([True, True, True, False])
        all_maps = [(fill, model.map(data, mask=mask, sigma=sigma, fill=fill)) for fill in (0, -7, np.nan)]
        all_maps.append((np.nan, fit(data, mask=mask, fill=np.nan)))  # one, because each simulates its starting points
        for fill, maps in all_maps:
            self.assertEqual(list(maps.status[[0, 1, 3]]), [1, 2, 4])
            for array in (*maps.values(), *maps.std.values(), maps.atypicality, maps.residual):
                if array is not None:
                    np.testing.assert_array_equal(array[[0, 1, 3]], fill)
                    self.assertTrue(np.isfinite(array[2]) and array[2] != fill)
        defaults = [inspect.signature(function).parameters["fill"].default for function in (crbrt.Model.map, crbrt.fit)]
        self.assertEqual(defaults, [0, 0])

    def test_sigmas_that_the_runtime_does_not_take_are_refused(self):
        for wrong in (1e-60, 0, -1, np.nan, np.inf):
            for call in (lambda: model.map(coefficients, sigma=wrong), lambda: fit(coefficients, sigma=wrong)):
                with self.assertRaises(ValueError) as caught:
                    call()
                for word in ("sigma: expected", "from 1.2e-38 to 3.4e+38", f"found {wrong:g}"):
                    self.assertIn(word, str(caught.exception))

    def test_names_that_are_not_there_are_answered_with_those_that_are(self):
        maps = model.map(coefficients)
        for missing, words in (
            (lambda: maps["t1"], "expected one of m0_semi_frac, t1_apparent_s, t2_free_s, found t1"),
            (lambda: maps.units["t1"], "expected one of m0_semi_frac"),
            (lambda: maps.std["t1_apparent_s"], "map() was called without sigma"),
            (lambda: model.map(coefficients, sigma=sigma).std["t1"], "expected one of m0_semi_frac"),
        ):
            with self.assertRaises(KeyError) as caught:
                missing()
            self.assertIn(words, str(caught.exception))
        self.assertNotIn("t1", maps)
        self.assertEqual(len(maps.std), 0)

    def test_one_bad_voxel_is_flagged(self):
        bad = coefficients.copy()
        bad[0, 1, 2, 3] = np.nan
        bad[1, 1, 1] = 0
        status = model.map(bad).status
        self.assertEqual((status[0, 1, 2], status[1, 1, 1]), (1, 2))
        self.assertEqual((status == 0).sum(), 22)

    def test_standard_deviations_at_their_limit_are_flagged_as_crbrt_map_does(self):
        random = np.random.default_rng(1)  # voxels of no tissue, of which a model knows next to nothing
        of_nothing = (random.normal(size=(40, 13)) + 1j * random.normal(size=(40, 13))).astype(np.complex64)
        self.assertTrue((model.map(of_nothing, sigma=0.02).status == 9).any())
        self.assertFalse((model.map(of_nothing).status == 9).any())

    def test_a_single_voxel_has_no_axes(self):
        self.assertEqual(model.map(coefficients[1, 2, 3])["t1_apparent_s"], model.map(coefficients)["t1_apparent_s"][1, 2, 3])

    def test_integers(self):
        maps = model.map(coefficients, precision="integer")
        self.assertTrue((np.abs(maps["t1_apparent_s"] - model.map(coefficients)["t1_apparent_s"]) < 0.2).all())

    def test_a_model_may_go_while_it_maps(self):
        many = np.broadcast_to(coefficients, (2000, *coefficients.shape))
        expected = model.map(coefficients)["t1_apparent_s"]
        mine, results = crbrt.Model(model_file), []
        thread = threading.Thread(target=lambda m: results.append(m.map(many)), args=(mine,))
        thread.start()
        del mine
        thread.join()
        np.testing.assert_array_equal(results[0]["t1_apparent_s"], np.broadcast_to(expected, many.shape[:-1]))

    def test_what_is_wrong_is_said(self):
        def raises(kind, words, *arguments, **more):
            with self.assertRaises(kind) as caught:
                model.map(*arguments, **more)
            for word in words:
                self.assertIn(word, str(caught.exception))

        raises(TypeError, ("complex64", "float32"), coefficients.real)
        raises(TypeError, ("complex64", "int64"), np.ones((3, 13), np.int64))
        raises(ValueError, ("13", "last", "26"), np.zeros((4, 26), np.complex64))
        raises(ValueError, ("13", "first", "2"), coefficients, order="coefficient_first")
        raises(ValueError, ("coefficient_last", "F"), coefficients, order="F")
        raises(ValueError, ("single number",), np.complex64(1))
        raises(ValueError, ("(2, 3, 4)", "(2, 3)"), coefficients, mask=np.ones((2, 3), bool))
        raises(TypeError, ("bool", "float64"), coefficients, mask=np.ones((2, 3, 4)))
        raises(ValueError, ("threads",), coefficients, threads=0)
        raises(ValueError, ("precision", "half"), coefficients, precision="half")
        with self.assertRaises(crbrt.DisagreementError):
            crbrt.Model(root / "models/brain_v2_all/brain_v2_all.crbm").map(coefficients, precision="integer")
        with self.assertRaises(crbrt.InputError) as caught:
            crbrt.Model(sequence_file)
        self.assertIn("crbrt1142.json", str(caught.exception))


class Physics(unittest.TestCase):
    def test_derivatives_are_central_differences(self):
        exact = crbrt.simulate(sequence, tissues)
        step = 1e-5 * 25
        above, below = (
            crbrt.simulate(sequence, {**tissues, "exchange_hz": 25 + d}, derivatives=False).signal for d in (step, -step)
        )
        found = exact.derivatives["exchange_hz"]
        # Series end at 1e-14 a pulse: 1e-11 of the signal over 1142 pulses, over twice the step.
        np.testing.assert_allclose((above - below) / (2 * step), found, atol=1e-11 / step + 1e-6 * np.abs(found).max())

    def test_the_bound_is_the_inverse_of_the_fisher_matrix(self):
        s = crbrt.simulate(sequence, tissues, basis=model.basis)
        d = s.derivatives
        unknowns = [n for n in crbrt.parameters if n != "r1_semi_hz"]
        bound = crbrt.crb(sequence, tissues, basis=model.basis)
        for i in range(24):
            columns = [s.signal[i], 1j * s.signal[i]]
            columns += [d[n][i] + (d["r1_semi_hz"][i] if n == "r1_free_hz" else 0) for n in unknowns]
            jacobian = np.concatenate([np.real(columns), np.imag(columns)], axis=1).T
            scale = np.linalg.norm(jacobian, axis=0)
            variance = np.diag(np.linalg.inv((jacobian / scale).T @ (jacobian / scale))) / scale**2
            # Normal equations lose twice the digits of a condition of some 1e3.
            np.testing.assert_allclose(bound["m0_semi_frac"][i], variance[2], rtol=1e-6)
            np.testing.assert_allclose(bound["r2_free_hz"][i], variance[4], rtol=1e-6)
            np.testing.assert_allclose(bound["t2_free_s"][i], variance[4] * tissues["t2_free_s"][i] ** 4, rtol=1e-6)

    def test_results_have_the_shape_to_which_tissues_broadcast(self):
        one = dict(m0_semi_frac=0.1, t1_apparent_s=1.2, t2_free_s=0.07, exchange_hz=20, t2_semi_s=1e-5)
        t1, t2 = np.array([[0.9], [1.4]]), np.array([0.06, 0.07, 0.08])
        grid = {**one, "t1_apparent_s": t1, "t2_free_s": t2}
        for basis, n in ((None, sequence.n_frame), (model.basis, 13)):
            for tissue, shape in ((one, ()), ({**one, "t2_free_s": t2}, (3,)), (grid, (2, 3))):
                simulation = crbrt.simulate(sequence, tissue, basis=basis)
                self.assertEqual(simulation.signal.shape, (*shape, n))
                self.assertEqual(list(simulation.derivatives), list(crbrt.parameters))
                for derivative in simulation.derivatives.values():
                    self.assertEqual(derivative.shape, (*shape, n))
                for variance in crbrt.crb(sequence, tissue, basis=basis).values():
                    self.assertEqual(variance.shape, shape)
        # The whole grid is one domain of the simulator, whose interpolated semi-solid pool differs by 1e-9 from that of one tissue.
        alone = {**one, "t1_apparent_s": t1[1, 0], "t2_free_s": t2[2]}
        found, expected = (crbrt.simulate(sequence, tissue, basis=model.basis) for tissue in (grid, alone))
        np.testing.assert_allclose(found.signal[1, 2], expected.signal, atol=1e-8)
        for name in crbrt.parameters:
            d = expected.derivatives[name]
            np.testing.assert_allclose(found.derivatives[name][1, 2], d, atol=1e-7 * np.abs(d).max())
        bound = crbrt.crb(sequence, grid, basis=model.basis)["t2_free_s"]
        np.testing.assert_allclose(bound[1, 2], crbrt.crb(sequence, alone, basis=model.basis)["t2_free_s"], rtol=1e-5)
        for wrong, words in (
            ({**grid, "exchange_hz": np.ones(4)}, "t2_free_s (3,), exchange_hz (4,)"),
            ({**one, "exchange_hz": []}, "expected one or more, found the shape (0,)"),
        ):
            with self.assertRaises(ValueError) as caught:
                crbrt.simulate(sequence, {**wrong})
            self.assertIn(words, str(caught.exception))

    def test_cycles_may_differ_in_length(self):
        two = crbrt.Sequence([[3.1, 1, 1], np.array([3.1, 0.5])], [[1e-3] * 3, [1e-3] * 2], 3.5e-3)
        self.assertEqual([two.n_frame, *map(len, two.alpha_rad)], [5, 3, 2])
        self.assertEqual(crbrt.Sequence(two.alpha_rad, two.trf_s, two.tr_s).sha256, two.sha256)

    def test_sequences_of_arrays_are_those_of_files(self):
        again = crbrt.Sequence(sequence.alpha_rad, sequence.trf_s, sequence.tr_s)
        self.assertEqual(again.sha256, sequence.sha256)
        self.assertEqual(again.sha256, model.info["sequence_sha256"])
        with self.assertRaises(ValueError):
            crbrt.Sequence([1, 1], [1e-3], 3e-3)

    def test_tissues_are_told_by_name(self):
        for wrong, word in (({"t1": 1}, "found t1"), ({"m0_semi_frac": 0.1}, "expected r1_free_hz"), ({**tissues, "r2_free_hz": 9}, "as t2_free_s and as r2_free_hz")):
            with self.assertRaises(ValueError) as caught:
                crbrt.simulate(sequence, wrong)
            self.assertIn(word, str(caught.exception))
        with self.assertRaises(ValueError):
            crbrt.simulate(sequence, {**tissues, "m0_semi_frac": 2})
        with self.assertRaises(ValueError):
            crbrt.simulate(sequence, tissues, basis=np.ones((1142, 2)))

    def test_a_fit_ends_at_the_truth(self):
        data = coefficients.reshape(24, -1)[:6]
        maps = crbrt.fit(data, sequence, model.basis, sigma=sigma, threads=2)
        z = (maps["t1_apparent_s"] - tissues["t1_apparent_s"][:6]) / maps.std["t1_apparent_s"]
        self.assertLess(np.abs(z).max(), 5)
        self.assertTrue(np.isin(maps.status, (0, 6, 7)).all())
        self.assertEqual(maps.units["t1_apparent_s"], "s")
        with self.assertRaises(ValueError):
            crbrt.fit(data[:, :9], sequence, model.basis)


class Package(unittest.TestCase):
    def test_everything_public_is_described(self):
        for name in crbrt.__all__:
            thing = getattr(crbrt, name)
            if name != "parameters":
                self.assertTrue(inspect.getdoc(thing), name)
            for function in [thing] if inspect.isfunction(thing) else [m for _, m in inspect.getmembers(thing, inspect.isfunction)]:
                if not function.__name__.startswith("_") and function.__module__.startswith("crbrt."):
                    self.assertTrue(inspect.getdoc(function), f"{name}.{function.__name__}")
                    self.assertIn("return", function.__annotations__, f"{name}.{function.__name__}")

    def test_only_what_is_public_shows(self):
        self.assertEqual([name for name in dir(crbrt) if not name.startswith("_")], crbrt.__all__)
        for error in (crbrt.Error, crbrt.InputError, crbrt.DisagreementError):
            self.assertEqual(error.__module__, "crbrt")

    def test_help_names_every_argument_field_and_status(self):
        for function in (crbrt.Model.map, crbrt.fit, crbrt.simulate, crbrt.crb, crbrt.Sequence.__init__):
            for argument in inspect.signature(function).parameters:
                if argument not in ("self", "path"):
                    self.assertIn(argument, inspect.getdoc(function), f"{function.__qualname__}: {argument}")
        for kind in (crbrt.Maps, crbrt.Simulation):
            for field in dataclasses.fields(kind):
                self.assertIn(f"{field.name}: ", inspect.getdoc(kind))
        for key in model.info:
            self.assertIn(key, inspect.getdoc(crbrt.Model.info))
        for name in crbrt.parameters:
            self.assertIn(f" {name} ", inspect.getdoc(crbrt.simulate))
        texts = (root / "tools/volume/status_value.h").read_text().split("status_texts = ", 1)[1]
        for value, (name, meaning) in enumerate(re.findall(r'{"(\w+)",\s*"([^"]+)"}', texts)):
            if name == "not_refined":  # by crbrt-map alone
                continue
            self.assertIn(f"{value} {name} {meaning}", " ".join(inspect.getdoc(crbrt.Maps).split()))
        self.assertNotIn("{", inspect.getdoc(crbrt.simulate).replace("{name", ""))

    def test_the_code_of_the_page_runs_and_finds_the_tissues(self):
        code = re.search(r"```python\n(.*?)```", (root / "docs/python.md").read_text(), re.S).group(1)
        names = {}
        exec(code.replace('"models/', f'"{root}/models/'), names)
        # Each mean of 200 is off by a fourteenth of the standard deviation, and by what the prior draws, less than one of them.
        for name in ("t1_apparent_s", "t2_free_s"):
            off = np.abs(names["maps"][name].mean(axis=0) - names["tissues"][name])
            self.assertTrue((off < names["maps"].std[name].mean(axis=0)).all(), name)
        self.assertGreater(names["good"].mean(), 0.9)

    def test_a_sigma_far_below_that_of_training_is_warned_of(self):
        coefficients = crbrt.simulate(sequence, white, basis=model.basis, derivatives=False).signal + np.zeros((3, 4, 1))
        for order, array in (("coefficient_last", coefficients), ("coefficient_first", np.moveaxis(coefficients, -1, 0))):
            with self.assertWarnsRegex(UserWarning, "sigma: expected a noise .* found"):
                model.map(array, sigma=1e-6, order=order)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.map(coefficients, sigma=np.linalg.norm(coefficients[0, 0]) / 50)
            model.map(coefficients)
            model.map(np.zeros((2, 13), np.complex64), sigma=1e-6)

    def test_a_file_that_is_no_sequence_is_an_input_error(self):
        with self.assertRaisesRegex(crbrt.InputError, "brain_v2.crbm"):
            crbrt.Sequence.read(model_file)

    def test_times_in_milliseconds_are_warned_of(self):
        with self.assertWarnsRegex(UserWarning, "t2_free_s|r2_free_hz"):
            crbrt.simulate(sequence, {**white, "t2_free_s": 80}, basis=model.basis)

    def test_type_hints_agree_with_a_users_script(self):
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("no mypy")
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "MYPYPATH": str(Path(crbrt.__file__).parents[1])}
            script = Path(__file__).with_name("typed_use.py")
            run = [mypy, "--strict", "--cache-dir", folder, script]
            found = subprocess.run(run, env=environment, cwd=folder, capture_output=True, text=True)
            self.assertEqual(found.returncode, 0, found.stdout + found.stderr)

    def test_the_example_draws_a_slice(self):
        try:
            import matplotlib  # noqa: F401
            import nibabel  # noqa: F401
        except ImportError as missing:
            self.skipTest(str(missing))
        image = Path("/usr/share/mricron/templates/ch2bet.nii.gz")
        if not image.exists():
            self.skipTest("no brain image (scripts/packages-demo.txt)")
        with tempfile.TemporaryDirectory() as folder:
            make = [programs / "crbrt-phantom", "make", "--model", model_file, "--sequence", sequence_file, "--image", image]
            make += ["--voxel-mm", "6", "--fingerprints", "1000", "--out", f"{folder}/phantom"]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            example = [sys.executable, root / "docs/examples/python/map_slice.py", f"{folder}/phantom", model_file, sequence_file]
            out = subprocess.run([*example, f"{folder}/slice.png"], check=True, capture_output=True, text=True).stdout
            self.assertIn("of the voxels are done", out)
            self.assertEqual(Path(folder, "slice.png").read_bytes()[1:4], b"PNG")

    def test_arguments_of_another_kind_are_named_and_no_array_is_printed(self):
        model, c = crbrt.Model(model_file), np.zeros((100, 13), np.complex64)
        for error, words, call in [
            (ValueError, "threads: expected 1 or more, found -1", lambda: model.map(c, threads=-1)),
            (TypeError, "threads: expected a whole number, found 2.0", lambda: model.map(c, threads=2.0)),
            (TypeError, "order: expected a text, found None", lambda: model.map(c, order=None)),
            (TypeError, "sigma: expected one number, found '0.02'", lambda: model.map(c, sigma="0.02")),
            (TypeError, "sigma: expected one number, found an array of shape (100,)", lambda: model.map(c, sigma=np.ones(100))),
            (TypeError, "fill: expected one number, found None", lambda: model.map(c, fill=None)),
            (ValueError, "map_prior: expected sigma beside it", lambda: fit(c, sigma=None, map_prior=True)),
            (TypeError, "sequence: expected a crbrt.Sequence", lambda: crbrt.simulate("x.json", {})),
            (ValueError, "trf_s: expected [pulse] or [cycle, pulse]", lambda: crbrt.Sequence([1.0], 1e-4, 3e-3)),
        ]:
            with self.assertRaises(error) as raised:
                call()
            self.assertIn(words, str(raised.exception))
            self.assertLess(len(str(raised.exception)), 200)

    def test_voxels_without_an_estimate_are_not_atypical(self):
        c = np.ones((4, 13), np.complex64)
        c[0, 3], c[1] = np.nan, 0
        maps = crbrt.Model(model_file).map(c)
        self.assertEqual(list(maps.status[:2]), [1, 2])
        self.assertEqual(list(maps.is_atypical[:2]), [False, False])

    def test_the_wheel_installs_without_a_network(self):
        sys.path.insert(0, str(root / "tools/python"))
        import crbrt_build

        with tempfile.TemporaryDirectory() as folder:
            wheel = crbrt_build.build_wheel(folder)  # of the build folder in CRBRT_PYTHON_BUILD
            with zipfile.ZipFile(f"{folder}/{wheel}") as archive:
                promised = crbrt_build.prepare_metadata_for_build_wheel(folder)
                for name in ("METADATA", "WHEEL"):
                    self.assertEqual(Path(folder, promised, name).read_bytes(), archive.read(f"{promised}/{name}"))
            pip = subprocess.run([sys.executable, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if pip.returncode != 0:
                self.skipTest("no pip")
            install = ["install", "--no-index", "--no-deps", "--quiet", "--target", f"{folder}/site", f"{folder}/{wheel}"]
            subprocess.run([sys.executable, "-m", "pip", *install], check=True)
            code = f"import crbrt; print(crbrt.__file__, crbrt.Model({str(model_file)!r}))"
            environment = {**os.environ, "PYTHONPATH": f"{folder}/site"}
            out = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout
            self.assertIn(f"{folder}/site/crbrt/__init__.py", out)
            self.assertIn("brain_v2", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
