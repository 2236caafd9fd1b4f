#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# crbrt_show_progress of scripts/lib.sh: counts what ninja finished, estimates the rest, and leaves compiler messages out.
#   progress_test.sh REPOSITORY
set -u
# shellcheck source=scripts/lib.sh
. "$1/scripts/lib.sh"
fail() { echo "progress_test.sh: $*" >&2; exit 1; }

said=$(printf '%s\n' 'ninja: Entering directory' '[0 of 40] Building a.o' 'a.cpp:1: warning: [1 of 2]' '[1 of 40] b.o' | crbrt_show_progress)
[ "$said" = "   0 of 40 steps" ] || fail "expected one line, found '$said'"
said=$(crbrt_progress_text 10 40 4)
[ "$said" = "10 of 40 steps" ] || fail "expected no estimate in the first seconds, found '$said'"
said=$(crbrt_progress_text 10 40 20)
[ "$said" = "10 of 40 steps, about 60 s left" ] || fail "expected what 30 steps take at 2 s each, found '$said'"
[ "$(crbrt_duration 89)" = "89 s" ] || fail "expected seconds, found $(crbrt_duration 89)"
[ "$(crbrt_duration 150)" = "3 min" ] || fail "expected rounded minutes, found $(crbrt_duration 150)"
