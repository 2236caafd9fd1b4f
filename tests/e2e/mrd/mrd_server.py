# SPDX-License-Identifier: Apache-2.0
"""The server under test as a process, and what the tests of it share."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import traceback

import numpy as np

BIN = os.environ["CRBRT_BIN_DIR"]
SOURCE = os.environ["CRBRT_SOURCE_DIR"]
MODEL = os.path.join(SOURCE, "models/brain_v2/brain_v2.crbm")
N_COEFF = 13


class Server:
    def __init__(self, *options, command=None):
        self.log = tempfile.TemporaryFile("w+")
        command = command or [os.path.join(BIN, "crbrt-mrd"), "--model", MODEL, "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"port (\d+)", line)
        assert found, f"the server did not start: {line} {self.text()}"
        self.port = int(found[1])

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if kind is None:
            assert code == 0, f"exit code {code}: {self.text()}"


def coefficients(nx, ny, nz, seed=1):
    """[x, y, z, coefficient] of nothing in particular: a third of it air, a voxel with a NaN."""
    random = np.random.default_rng(seed)
    shape = (nx, ny, nz, N_COEFF)
    decay = 0.7 ** np.arange(N_COEFF)
    values = ((random.standard_normal(shape) + 1j * random.standard_normal(shape)) * decay).astype(np.complex64)
    values[: nx // 3] = 0
    values[nx // 2, 0, 0, 4] = np.nan
    return values


def read_nifti(path):
    """The numbers [x, y, z] of a single file that crbrt-map wrote."""
    data = open(path, "rb").read()
    shape = np.frombuffer(data, "<i2", 4, 40)[1:]
    dtype = {16: "<f4", 2: "u1"}[int(np.frombuffer(data, "<i2", 1, 70)[0])]
    offset = int(np.frombuffer(data, "<f4", 1, 108)[0])
    return np.frombuffer(data, dtype, int(np.prod(shape)), offset).reshape(shape, order="F")


def maps_of(values, *options):
    """What crbrt-map makes of the same coefficients: {name: [x, y, z]}."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "c.npy"), values)
        subprocess.run([os.path.join(BIN, "crbrt-map"), "--model", MODEL, "--input", os.path.join(folder, "c.npy"), "--out",
                        os.path.join(folder, "maps"), *options], check=True, capture_output=True)
        return {name[:-4]: read_nifti(os.path.join(folder, "maps", name))
                for name in sorted(os.listdir(os.path.join(folder, "maps"))) if name.endswith(".nii")}


def run_tests(tests):
    """Runs the functions, or those whose names are on the command line; exit code 1 where one failed."""
    failed = 0
    for test in tests:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        try:
            test()
            print(f"ok      {test.__name__}", flush=True)
        except Exception:  # noqa: the next one may still say something
            failed += 1
            print(f"FAILED  {test.__name__}", flush=True)
            traceback.print_exc()
    sys.exit(1 if failed else 0)
