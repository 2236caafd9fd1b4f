#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# crbrt_apt of scripts/lib.sh waits while another program holds a lock, says so once, and gives up at any other failure.
#   package_lock_test.sh REPOSITORY FOLDER
set -u
# shellcheck source=scripts/lib.sh
. "$1/scripts/lib.sh"
work=$2
mkdir -p "$work"
crbrt_lock_pause_s=0

# Stands for apt-get as root: fails as often as the file says, with the message of the lock, or with another.
crbrt_as_root() {
  local left
  left=$(cat "$work/refusals")
  echo "$*" >>"$work/calls"
  [ "$left" -gt 0 ] || return 0
  echo $((left - 1)) >"$work/refusals"
  echo "$complaint"
  return 100
}

# try REFUSALS COMPLAINT: outcome, calls and what was said.
try() {
  echo "$1" >"$work/refusals"
  complaint=$2
  : >"$work/calls"
  said=$(crbrt_apt "$work/log" update 2>&1)
  outcome=$?
  calls=$(wc -l <"$work/calls")
}

fail() { echo "package_lock_test.sh: $*" >&2; exit 1; }
for lock in "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 17 (apt-get)" \
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 17 (unattended-upgr)" \
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?"; do
  try 3 "$lock"
  [ "$outcome" -eq 0 ] || fail "expected success after three refusals, found $outcome"
  [ "$calls" -eq 4 ] || fail "expected 4 calls, found $calls"
  [ "$(grep -c '^waiting: ' <<<"$said")" -eq 1 ] || fail "expected one line that it waits, found '$said'"
done
grep -q -e 'update$' "$work/calls" || fail "expected the arguments in the call, found $(cat "$work/calls")"
try 1 "E: Unable to locate package nonsense"
[ "$outcome" -eq 1 ] || fail "expected failure without a lock, found $outcome"
[ "$calls" -eq 1 ] || fail "expected one call, found $calls"
grep -q nonsense <<<"$said" || fail "expected apt's complaint, found '$said'"
