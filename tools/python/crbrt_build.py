# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel of `python3 -m pip install .`: CMake compiles the module, the rest is files. The standard library is enough, so
that nothing has to be fetched (PEP 517, with an empty list of requirements)."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

_root = Path(__file__).resolve().parents[2]


def _version():
    text = (_root / "runtime/include/crbrt/version.h").read_text()
    return ".".join(re.search(rf"define CRBRT_VERSION_{part} (\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH"))


def _compiled(build):
    """Files of the package, from a build in this folder."""
    if not Path(build).is_dir():
        raise SystemExit(f"CRBRT_PYTHON_BUILD: expected a folder that exists, found {build}")
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DCRBRT_PYTHON_MODULE=ON", "-DCRBRT_TESTS=OFF", "-DCRBRT_BENCH=OFF"]
    options.append("-DCRBRT_PRECOMPILED_HEADERS=ON")  # of Eigen, which most sources read
    options.append(f"-DPython3_EXECUTABLE={sys.executable}")
    if not Path(build, "CMakeCache.txt").exists():
        generator = ["-G", "Ninja"] if _has("ninja") else []
        subprocess.run(["cmake", "-S", _root, "-B", build, *generator, *options], check=True)
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(os.cpu_count())
    subprocess.run(["cmake", "--build", build, "--target", "crbrt_python", "-j", jobs], check=True)
    return sorted(path for path in Path(build, "python/crbrt").iterdir() if path.is_file())


def _has(program):
    return any(os.access(Path(folder, program), os.X_OK) for folder in os.environ.get("PATH", "").split(os.pathsep))


def _metadata():
    return (
        f"Metadata-Version: 2.1\nName: crbrt\nVersion: {_version()}\n"
        "Summary: Quantitative maps from low-rank MR-fingerprinting data\nLicense: Apache-2.0\n"
        "Requires-Python: >=3.9\nRequires-Dist: numpy>=1.20\n"
    )


def _wheel_file():
    return f"Wheel-Version: 1.0\nGenerator: crbrt\nRoot-Is-Purelib: false\nTag: {_tag()}\n"


def _tag():
    interpreter = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{interpreter}-{interpreter}-{platform}"


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Without it pip compiles everything to learn the name, and says for minutes that it prepares metadata."""
    folder = Path(metadata_directory, f"crbrt-{_version()}.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text(_metadata())
    (folder / "WHEEL").write_text(_wheel_file())
    return folder.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = f"crbrt-{_version()}"
    wheel = f"{name}-{_tag()}.whl"
    record = []
    with tempfile.TemporaryDirectory() as temporary, zipfile.ZipFile(
        Path(wheel_directory, wheel), "w", compression=zipfile.ZIP_DEFLATED
    ) as archive:

        def add(path, content):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(content)}")
            archive.writestr(path, content)

        # A build folder that is kept saves the minutes of a second build.
        for file in _compiled(os.environ.get("CRBRT_PYTHON_BUILD", temporary)):
            add(f"crbrt/{file.name}", file.read_bytes())
        add(f"{name}.dist-info/METADATA", _metadata().encode())
        add(f"{name}.dist-info/WHEEL", _wheel_file().encode())
        add(f"{name}.dist-info/LICENSE", (_root / "LICENSE").read_bytes())
        path = f"{name}.dist-info/RECORD"
        archive.writestr(path, "\n".join([*record, f"{path},,"]) + "\n")
    return wheel
