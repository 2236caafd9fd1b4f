#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a test of this folder with Debian's Python; exit code 77 (skipped) without its NumPy.
#   run.sh SCRIPT.py [TEST...]
set -euo pipefail
/usr/bin/python3 -c 'import numpy' 2>/dev/null || { echo "skipped: no NumPy of /usr/bin/python3"; exit 77; }
script=$1
shift
exec /usr/bin/python3 "$(dirname "$0")/$script" "$@"
