// SPDX-License-Identifier: Apache-2.0
// A map as a compressed NIfTI file and its sidecar, through downloads of the browser.

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

/// NAME.nii.gz and NAME.json.
export async function save(set, layer) {
  const sidecar = layer.kind === 'status' ? { ...layer.sidecar, Counts: Object.fromEntries(set.counts().map(c => [c.name, c.voxels])) } : layer.sidecar;
  download(await gzipped(set.file(layer)), `${layer.name}.nii.gz`);
  download(new Blob([JSON.stringify(sidecar, null, 2), '\n']), `${layer.name}.json`);
}
