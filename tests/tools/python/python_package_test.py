# SPDX-License-Identifier: Apache-2.0
"""The package as its users meet it: help, types, errors, warnings, and the wheel. Run as python_module_test.py."""

import dataclasses
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path

import numpy as np

import crbrt
from module_data import coefficients, fit, model, model_file, programs, root, sequence, sequence_file, sigma, white


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
