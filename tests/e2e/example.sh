#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs an example in an empty folder; exit code 77 (skipped) where something that it needs is not installed.
#   example.sh RUN.sh PROGRAMS WORK [COMMAND...]    beside NumPy, h5py and NiBabel of Debian's Python, these commands
set -euo pipefail
run=$1 programs=$2 work=$3
shift 3
for command in "$@"; do command -v "$command" >/dev/null || { echo "skipped: no $command"; exit 77; }; done
/usr/bin/python3 -c 'import numpy, h5py, nibabel' 2>/dev/null || { echo "skipped: no NumPy, h5py and NiBabel of /usr/bin/python3"; exit 77; }
rm -rf "$work"
bash "$run" "$programs" "$work"
