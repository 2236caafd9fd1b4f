// SPDX-License-Identifier: Apache-2.0
// Maps as files, one download a click: browsers ask, or refuse without a word, when a page starts several.
import { strToU8, zipSync } from 'fflate';

async function gzipped(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function sidecar_of(set, layer) {
  const counts = () => Object.fromEntries(set.counts().map(c => [c.name, c.voxels]));
  return JSON.stringify(layer.kind === 'status' ? { ...layer.sidecar, Counts: counts() } : layer.sidecar, null, 2) + '\n';
}

/// NAME.nii.gz of the map that is shown.
export async function save(set, layer) {
  download(await gzipped(set.file(layer)), `${layer.name}.nii.gz`);
}

/// maps.zip: NAME.nii.gz and NAME.json of every map. The images are compressed already.
export async function save_all(set) {
  const files = {};
  for (const layer of set.layers) {
    files[`${layer.name}.nii.gz`] = new Uint8Array(await (await gzipped(set.file(layer))).arrayBuffer());
    files[`${layer.name}.json`] = strToU8(sidecar_of(set, layer));
  }
  download(new Blob([zipSync(files, { level: 0 })]), 'maps.zip');
}
