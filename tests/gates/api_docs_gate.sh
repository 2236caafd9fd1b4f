#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# api_docs_gate.sh DOXYGEN ROOT OUT [HEADER_FOLDER]: the public headers (or those of HEADER_FOLDER) make API pages without a warning,
# by docs/Doxyfile. Pages must have come out, or nothing was checked.
doxygen=$1 root=$2 out=$3 headers=${4:-}
cd "$root" || exit 2
rm -rf "$out" && mkdir -p "$out" || exit 2
{ cat docs/Doxyfile; [ -z "$headers" ] || echo "INPUT = $headers"; } | CRBRT_API_DOCS=$out "$doxygen" - 2>&1
status=${PIPESTATUS[1]}
pages=$(find "$out/html" -name '*.html' 2>/dev/null | wc -l)
[ "$pages" -gt 1 ] || { echo "no pages in $out"; exit 2; }
[ "$status" -eq 0 ] || exit 1
echo "$pages pages"
