#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: NiiVue 0.69.0 sets cal_min and cal_max of an image anew whenever its colormap is set: to the window of the header, or else
#   to percentiles of the values. What a page had set before is gone, without a word.
# Wrong guess: a window and the colours in it are two settings, whose order does not matter.
# Who is hurt: whoever shows a map in the window of its quantity, or a map of labels whose colours stand for numbers: with the window
#   0 to 6 and seven colours, voxels of 4 have the colour of 6 where no 5 and no 6 occur in the image.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @niivue/niivue@0.69.0 >/dev/null
cat >window.mjs <<'JS'
import { NVImage } from '@niivue/niivue';

// 8 x 8 x 8 voxels of the labels 0 to 4 in 16 bits, without a window in the header.
const file = new ArrayBuffer(352 + 2 * 512), bytes = new DataView(file);
bytes.setInt32(0, 348, true);
[3, 8, 8, 8, 1, 1, 1, 1].forEach((extent, i) => bytes.setInt16(40 + 2 * i, extent, true));
bytes.setInt16(70, 4, true);
bytes.setInt16(72, 16, true);
for (let i = 0; i < 8; ++i) bytes.setFloat32(76 + 4 * i, 1, true);
bytes.setFloat32(108, 352, true);
bytes.setFloat32(112, 1, true);
bytes.setInt16(254, 1, true);
[0, 1, 2].forEach(d => bytes.setFloat32(280 + 16 * d + 4 * d, 1, true));
[...'n+1'].forEach((letter, i) => bytes.setUint8(344 + i, letter.charCodeAt(0)));
for (let v = 0; v < 512; ++v) bytes.setInt16(352 + 2 * v, v % 5, true);

const image = await NVImage.new(file, 'labels.nii');
image.cal_min = 0;
image.cal_max = 6;
console.log(`window set to ${image.cal_min} to ${image.cal_max}`);
image.colormap = 'viridis';
console.log(`window after the colormap ${image.cal_min} to ${image.cal_max}`);
JS
node window.mjs | tee said
grep -q '"version": "0.69.0"' node_modules/@niivue/niivue/package.json
echo "NiiVue 0.69.0"
diff said - <<'END'
window set to 0 to 6
window after the colormap 0 to 4
END
echo "as described"
