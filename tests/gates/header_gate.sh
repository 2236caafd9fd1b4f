#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# header_gate.sh CC CXX INCLUDE_DIR...: every public header compiles alone (and twice), without warnings, as C++20; crbrt.h
# also as C99.
cc=$1 cxx=$2
shift 2
flags="-fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror"
for dir in "$@"; do search="$search -I$dir"; done
status=0 n=0
check() {  # check HEADER COMMAND...
  local header=$1
  shift
  n=$((n + 1))
  if ! printf '#include <%s>\n#include <%s>\n' "$header" "$header" | "$@" -; then
    echo "does not compile alone: $header ($*)"
    status=1
  fi
}
for dir in "$@"; do
  for header in $(cd "$dir" && find . -name '*.h' -o -name '*.hpp' | sed 's|^\./||' | sort); do
    check "$header" "$cxx" -x c++ -std=c++20 $flags $search
    [ "$header" = crbrt/crbrt.h ] && check "$header" "$cc" -x c -std=c99 $flags $search
  done
done
[ $n -gt 0 ] || { echo "no headers in $*"; exit 2; }
echo "$n compilations"
exit $status
