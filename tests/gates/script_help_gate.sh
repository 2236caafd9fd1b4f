#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every script answers --help with text and starts no work, and refuses an option that it does not know with exit 2.
#   script_help_gate.sh FOLDER SCRIPT...     runs them with programs that only complain: whatever would build, install or map
# Exits 1 and names the script otherwise. The folder is for those programs.
set -u
work=$1
shift
[ $# -ge 1 ] || { echo "script_help_gate.sh: expected scripts, found none" >&2; exit 1; }

# In front of everything else, also of the PATH that the scripts set: functions are found before programs.
unwanted() { echo "work was started: ${FUNCNAME[1]} $*" >&2; echo started >"$CRBRT_WORK_STARTED"; exit 99; }
for program in cmake ninja ctest apt-get dpkg-query npm gnuplot mktemp mkdir taskset; do
  eval "$program() { unwanted \"\$@\"; }"
  export -f "${program?}"
done
export -f unwanted
export CRBRT_WORK_STARTED=$work/started

failures=0
complain() { echo "$1: $2" >&2; failures=$((failures + 1)); }
/bin/mkdir -p "$work"
for script in "$@"; do
  rm -f "$CRBRT_WORK_STARTED"
  text=$(bash "$script" --help 2>"$work/errors" </dev/null) || complain "$script" "--help: expected exit 0, found $? ($(cat "$work/errors"))"
  [ "$(printf '%s' "$text" | wc -w)" -ge 10 ] || complain "$script" "--help: expected a description, found '$text'"
  [ ! -e "$CRBRT_WORK_STARTED" ] || complain "$script" "--help: expected no work, found some"
  rm -f "$CRBRT_WORK_STARTED"
  bash "$script" --no-such-option >"$work/output" 2>"$work/errors" </dev/null
  outcome=$?
  case "$(sed -n 2,20p "$script")" in
    *"anything else goes to crbrt-bench"*) continue ;;  # says so: crbrt-bench refuses what it does not know
  esac
  [ "$outcome" -eq 2 ] || complain "$script" "--no-such-option: expected exit 2, found $outcome"
  grep -q -e '--no-such-option' "$work/errors" || complain "$script" "--no-such-option: expected a complaint that names it"
  [ ! -e "$CRBRT_WORK_STARTED" ] || complain "$script" "--no-such-option: expected no work, found some"
done
[ "$failures" -eq 0 ]
