#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# page_test.sh BIN SOURCE: maps six tubes with crbrt-map and with the page in Chromium, from every format that the page reads, and
# compares the maps (page_test.mjs); then what the page refuses.
set -euo pipefail
bin=$1 source=$(realpath -- "$2")
here=$(dirname "$(realpath -- "$0")")
page=$source/build/web/crbrt.html modules=$source/build/web/node_modules
for needed in /usr/bin/chromium "$page" "$modules/playwright-core"; do
  [ -e "$needed" ] || { echo "skipped: $needed is not there (scripts/web.sh, scripts/packages-viewer.txt)"; exit 77; }
done
command -v node > /dev/null || { echo "skipped: node is not installed (scripts/packages-web.txt)"; exit 77; }
is_new_enough='process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'
node -e "$is_new_enough" || { echo "skipped: expected Node 20 or newer, which playwright-core needs, found Node $(node --version); the page is built all the same"; exit 77; }
[ -x "$bin/crbrt-phantom" ] || { echo "skipped: crbrt-phantom is not built"; exit 77; }
python=/usr/bin/python3
"$python" -c 'import h5py, nibabel, numpy' 2> /dev/null || { echo "skipped: Python lacks h5py, nibabel or numpy (scripts/packages-test.txt)"; exit 77; }
[ "$(stat -c %s "$page")" -le 8000000 ] || { echo "the page is larger than 8 MB"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$source/models/brain_v2/brain_v2.crbm
"$bin/crbrt-phantom" tubes --model "$model" --sequence "$source/models/protocol/crbrt1142.json" --size 40 --out "$folder/tubes"
"$python" "$here/make_inputs.py" "$folder/tubes" "$folder/in" "$model" "$source/models"
for precision in f32 integer; do
  for name in whole double; do
    "$bin/crbrt-map" --model "$model" --input "$folder/in/$name.nii" --mask "$folder/in/mask.nii.gz" --out "$folder/$name-$precision" \
      --isa scalar --precision "$precision" --sigma 0.01 2> /dev/null
  done
done
"$bin/crbrt-map" --model "$model" --input "$folder/in/pair.cfl" --out "$folder/pair-integer" --isa scalar --precision integer --no-std 2> /dev/null
timeout 600 node "$here/page_test.mjs" "$modules/playwright-core" "$page" "$folder"
