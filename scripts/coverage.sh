#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds with gcov's counters, runs the tests, and prints for every folder how many of its lines they ran.
#   scripts/coverage.sh              all tests but the long ones; the table also lands in docs/coverage.md, with the date
#   scripts/coverage.sh FOLDER...    only these folders of tests/ (as CRBRT_TEST_FOLDERS takes them); the table is only printed
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 100 "$@"
crbrt_clean_environment
cd "$crbrt_root"

crbrt_install_packages build trainer mrd test coverage
folders=all
[ $# -eq 0 ] || folders=$(IFS=';' && echo "$*")
CRBRT_CONFIGURE_ARGS="-DCRBRT_TEST_FOLDERS=$folders" crbrt_stage "build" crbrt_build coverage tests/all
find build/coverage -name '*.gcda' -delete
# A test that fails still ran its lines, and scripts/test.sh is who judges it.
crbrt_stage "tests" ctest --preset coverage --output-log build/coverage-tests.log >/dev/null || true
# Templates are counted where they are instantiated; the compiler's own branches are not of interest. gcov and the processes of
# tests meet in the same counters now and then.
gcovr --root . build/coverage --gcov-ignore-parse-errors --exclude 'tests/' --exclude 'bench/' --exclude 'build/' --exclude 'docs/' \
  --csv build/coverage.csv

table() {
  echo "| folder | lines | run by tests |"
  echo "| --- | --- | --- |"
  awk -F , 'NR > 1 {
      n = split($1, part, "/"); folder = part[1]
      if (n > 2 && (folder == "tools" || folder == "runtime" || folder == "physics" || folder == "codegen")) folder = folder "/" part[2]
      lines[folder] += $2; run[folder] += $3; all_lines += $2; all_run += $3
    }
    END {
      for (folder in lines) if (lines[folder] > 0)
        printf "| %s | %d | %.1f %% |\n", folder, lines[folder], 100 * run[folder] / lines[folder] | "sort"
      close("sort")
      if (all_lines > 0) printf "| all | %d | %.1f %% |\n", all_lines, 100 * all_run / all_lines
    }' build/coverage.csv
}

table
[ $# -eq 0 ] || exit 0
{
  echo "# Coverage"
  echo
  echo "Lines of the sources that the tests of \`scripts/test.sh\` run, by \`scripts/coverage.sh\` on $(date +%F). Kernels of instruction sets"
  echo "that the machine of that day lacks count as not run, and so do the parsers of HDF5 and MAT files: their processes end without"
  echo "leaving counters. Tests of a full disk fail in this build, because counters need the disk, too."
  echo
  table
} >docs/coverage.md
