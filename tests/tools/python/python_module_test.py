# SPDX-License-Identifier: Apache-2.0
"""The Python module against the programs and against NumPy. Run by ctest with PYTHONPATH on the built module."""

import inspect
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import numpy as np

import crbrt
from module_data import coefficients, fit, model, model_file, nifti, programs, root, sequence, sequence_file, sigma, tissues


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
