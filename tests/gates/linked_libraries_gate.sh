#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No binary that vendors pass on brings a library under the GPL along, nor LibTorch (docs/third-party.md).
#   linked_libraries_gate.sh BINARY...
set -u
[ $# -ge 1 ] || { echo "linked_libraries_gate.sh: expected binaries, found none" >&2; exit 1; }
failures=0
for binary in "$@"; do
  libraries=$(ldd "$binary") || { echo "$binary: expected a dynamically linked program, found another file" >&2; exit 1; }
  unwanted=$(grep -oE 'lib(ceres|cholmod|cxsparse|spqr|umfpack|suitesparseconfig|torch|torch_cpu|c10)\.so[.0-9]*' <<<"$libraries" | sort -u)
  [ -z "$unwanted" ] || { echo "$binary: expected none of SuiteSparse, Ceres and LibTorch, found" $unwanted >&2; failures=1; }
done
exit "$failures"
