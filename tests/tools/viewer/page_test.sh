#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# page_test.sh BIN SOURCE: maps six tubes, writes the page of them with their regions, and opens it in Chromium (page_test.mjs).
set -euo pipefail
bin=$1 source=$2
modules=$source/build/viewer/node_modules
for needed in /usr/bin/chromium "$modules/playwright-core" "$(dirname "$bin")/share/crbrt/niivue.umd.js"; do
  [ -e "$needed" ] || { echo "skipped: $needed is not there (scripts/viewer.sh, scripts/packages-viewer.txt)"; exit 77; }
done
command -v node > /dev/null || { echo "skipped: node is not installed (scripts/packages-viewer.txt)"; exit 77; }
[ -x "$bin/crbrt-phantom" ] || { echo "skipped: crbrt-phantom is not built"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$source/models/brain_v1/brain_v1.crbm
"$bin/crbrt-phantom" tubes --model "$model" --sequence "$source/models/protocol/crbrt1142.json" --size 40 --out "$folder/tubes"
printf 'index\tname\n1\tone "<b>"\n2\t=two\n' > "$folder/names.tsv"
"$bin/crbrt-map" --model "$model" --input "$folder/tubes/coefficients.nii" --mask "$folder/tubes/mask.nii.gz" --out "$folder/maps" \
  --report "$folder/page.html" --labels "$folder/tubes/roi.nii.gz" --label-names "$folder/names.tsv"
[ "$(stat -c %s "$folder/page.html")" -lt 25000000 ] || { echo "the page is larger than 25 MB"; exit 1; }
grep -q "^T1map,ms,2,'=two," "$folder/page.csv" || { echo "page.csv: expected the region '=two as text, found"; cat "$folder/page.csv"; exit 1; }
node "$(dirname "$0")/page_test.mjs" "$modules/playwright-core" "$folder/page.html" "$folder/maps"
