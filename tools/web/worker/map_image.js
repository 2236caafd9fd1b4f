// SPDX-License-Identifier: Apache-2.0
// From the bytes of a file to maps: piece by piece where any place of the file can be read, else in one pass that keeps the
// coefficients of the voxels to map.

const voxels_of_piece = 1 << 18;  // 2 MB of a plane: few reads, and little memory
const voxels_of_batch = 1 << 16;

export class Cancelled extends Error {}

/// Where the maps come together: values [map][voxel of the list].
class Results {
  constructor(n_map, n) {
    this.values = Array.from({ length: n_map }, () => new Float32Array(n));
    this.status = new Uint8Array(n);
    this.is_atypical = new Uint8Array(n);
    this.done = 0;
    this.kernel_ms = 0;
    this.scored = this.atypical = 0;
  }
}

/// Maps n voxels whose planes lie at `planes`.
function run(wasm, planes, n, results) {
  const { module } = wasm, n_map = results.values.length;
  wasm.with_memory(4 * n_map * n, maps => wasm.with_memory(2 * n, status => {
    const start = performance.now();
    const answer = module._crbrt_web_run(planes, n, maps, status, status + n);
    results.kernel_ms += performance.now() - start;
    const { scored, atypical } = wasm.answer(answer);
    results.scored += scored;
    results.atypical += atypical;
    results.values.forEach((values, i) => values.set(module.HEAPF32.subarray((maps >> 2) + i * n, (maps >> 2) + (i + 1) * n), results.done));
    results.status.set(module.HEAPU8.subarray(status, status + n), results.done);
    results.is_atypical.set(module.HEAPU8.subarray(status + n, status + 2 * n), results.done);
  }));
  results.done += n;
}

/// Calls visit(first, end) for the pieces of the grid, each within one block, that hold listed voxels.
async function for_pieces(wasm, image, piece, visit) {
  const { block, n_voxel } = image;
  for (let start = 0; start < n_voxel; start += block)
    for (let first = start; first < start + block; first += piece) {
      const end = Math.min(first + piece, start + block);
      const n = wasm.listed(first, end);
      if (n > 0) await visit(first, end, n);
    }
}

/// Where the numbers of a plane of the voxels from `first` on lie, in elements.
function element_of(image, plane, first) {
  const block = Math.floor(first / image.block);
  return (block * image.n_plane + plane) * image.block + first % image.block;
}

/// Decodes and gathers what is listed of the voxels first .. end - 1 to the memory at `to`.
function gather(wasm, bytes, first, end, to) {
  wasm.with_bytes(bytes, stored => wasm.module._crbrt_web_gather(first, end, stored, to));
}

async function map_anywhere(wasm, image, results, progress) {
  const { source, offset, element_bytes, step, n_plane } = image;
  await for_pieces(wasm, image, image.piece ?? voxels_of_piece, async (first, end, n) => {
    const planes = [];
    for (let plane = 0; plane < n_plane; ++plane)
      planes.push(await source.read(offset + element_bytes * element_of(image, plane, first), element_bytes * (end - first)));
    wasm.with_memory(4 * step * n_plane * n, memory => {
      planes.forEach((bytes, plane) => gather(wasm, bytes, first, end, memory + 4 * step * plane * n));
      run(wasm, memory, n, results);
    });
    await progress(results.done);
  });
}

async function map_in_one_pass(wasm, image, n_listed, results, progress) {
  const { source, offset, element_bytes, step, n_plane, block, n_voxel } = image;
  const kept = Array.from({ length: n_plane }, () => new Float32Array(step * n_listed));
  let before = 0;
  for (let start = 0; start < n_voxel; start += block) {
    for (let plane = 0; plane < n_plane; ++plane) {
      let at = before;
      for (let first = start; first < start + block; first += voxels_of_piece) {
        const end = Math.min(first + voxels_of_piece, start + block), n = wasm.listed(first, end);
        const bytes = await source.read(offset + element_bytes * element_of(image, plane, first), element_bytes * (end - first));
        wasm.with_memory(4 * step * n, to => {
          gather(wasm, bytes, first, end, to);
          kept[plane].set(wasm.module.HEAPF32.subarray(to >> 2, (to >> 2) + step * n), step * at);
        });
        at += n;
        await progress(0, (start + (plane + first / block % 1) * block / n_plane) / n_voxel);
      }
    }
    before += wasm.listed(start, start + block);
  }
  await source.expect_intact_end();
  for (let first = 0; first < n_listed; first += voxels_of_batch) {
    const n = Math.min(voxels_of_batch, n_listed - first);
    wasm.with_memory(4 * step * n_plane * n, memory => {
      kept.forEach((values, plane) => wasm.module.HEAPF32.set(values.subarray(step * first, step * (first + n)), (memory >> 2) + step * plane * n));
      run(wasm, memory, n, results);
    });
    await progress(results.done);
  }
}

/// image: what open_image() says with source, offset and n_voxel. progress(done, read): voxels that are mapped, and the share of the
/// file that is read where that comes first; it may throw Cancelled.
export async function map_image(wasm, image, n_map, progress) {
  const voxels = wasm.indices(0, image.n_voxel), results = new Results(n_map, voxels.length);
  await (image.source.is_sequential ? map_in_one_pass(wasm, image, voxels.length, results, progress)
    : map_anywhere(wasm, image, results, progress));
  return { voxels, ...results };
}
