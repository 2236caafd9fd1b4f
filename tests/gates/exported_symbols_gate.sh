#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# exported_symbols_gate.sh NM LIBRARY.so HEADER_FOLDER: the shared runtime exports what its public headers declare, and nothing else.
nm=$1 library=$2 headers=$3
symbols=$("$nm" -D --defined-only "$library" 2>/dev/null) || { echo "cannot read $library"; exit 2; }
if "$nm" -D "$library" | grep -qE ' [UTW] __(asan|ubsan|tsan|msan|gcov|sanitizer)'; then
  echo "skipped: instrumented build"
  exit 77
fi
# Can the gate see? Both interfaces must be there.
for needed in crbrt_run _ZN5crbrt7Session3runE; do
  grep -q " T $needed" <<< "$symbols" || { echo "$library does not export $needed: nothing was checked"; exit 2; }
done
status=0 seen=0
for symbol in $(awk '{ print $NF }' <<< "$symbols"); do
  seen=$((seen + 1))
  name=$(c++filt "$symbol")
  case $name in
    crbrt_* | crbrt::*) ;;
    *) echo "exports $name, which is no name of the interface"; status=1; continue ;;
  esac
  plain=${name%%(*}
  grep -rqwF -- "${plain##*::}" "$headers" || { echo "exports $name, which no public header declares"; status=1; }
done
[ $status -eq 0 ] && echo "$seen symbols, all of them declared"
exit $status
