// SPDX-License-Identifier: Apache-2.0
// The worker: it has the files, the model and the mapping, so that the page stays quick. One call at a time, but for `cancel`.
import { first_bytes } from './byte_source.js';
import { is_cfl_header, is_cfl_part, open_cfl } from './cfl_file.js';
import { is_hdf5, is_old_mat, list_hdf5, old_mat_refusal, open_hdf5, use_library } from './hdf5_file.js';
import { Cancelled, map_image } from './map_image.js';
import { is_nifti, open_nifti } from './nifti_file.js';
import { Wasm } from './wasm.js';

const wasm = Wasm.start();
let image = null, is_cancelled = false;

async function is_model(file) {
  const magic = [0x89, 0x43, 0x52, 0x42, 0x4d];
  const head = await first_bytes(file, 5);
  return magic.every((byte, i) => head[i] === byte);
}

/// Which part a file plays: 'model', 'mask', 'coefficients', 'cfl', 'hdr' or 'hdf5'. Throws for files of no kind that we read.
async function role_of(file) {
  if (await is_model(file)) return 'model';
  if (is_cfl_part(file)) return 'cfl';
  if (await is_cfl_header(file)) return 'hdr';
  if (await is_old_mat(file)) throw old_mat_refusal(file);
  if (await is_hdf5(file)) return 'hdf5';
  if (/\.crbm$/i.test(file.name)) return 'model';  // refused with the loader's words
  const { header } = await open_nifti(file);
  const is_complex = header.element.startsWith('complex');
  return is_complex || header.extents.slice(3).some(extent => extent > 1) ? 'coefficients' : 'mask';
}

async function opened(files) {
  if (files.cfl) return open_cfl(files.cfl, files.hdr);
  if (files.hdf5) return open_hdf5(files.hdf5, files.dataset, files.is_one_of_many);
  return open_nifti(files.coefficients);
}

const calls = {
  async roles({ files }) {
    return Promise.all(files.map(async file => {
      try {
        return { name: file.name, role: await role_of(file) };
      } catch (error) {
        return { name: file.name, error: error.message };
      }
    }));
  },

  async open_model({ bytes, name }) {
    return (await wasm).open_model(bytes, name);
  },

  library({ text }) {
    use_library(text);
  },

  async datasets({ file }) {
    return list_hdf5(file);
  },

  async open_image({ files }) {
    const file = await opened(files);
    const described = (await wasm).open_image(file.header);
    image = { ...file, ...described, n_voxel: described.shape.reduce((a, b) => a * b), piece: file.piece_of?.(described.element_bytes) };
    return { ...described, name: file.header.name, extents: file.header.extents, element: file.header.element };
  },

  async use_mask({ file }) {
    const { header, source, offset } = await open_nifti(file), bytes_of = { 1: /int8/, 2: /16/, 4: /32/, 8: /64/ };
    const width = Number(Object.keys(bytes_of).find(n => bytes_of[n].test(header.element)));
    const bytes = await source.read(offset, width * header.extents.reduce((a, b) => a * b));
    await source.expect_intact_end();
    return (await wasm).use_mask(header, bytes);
  },

  async use_all_voxels() {
    return (await wasm).use_all_voxels();
  },

  async map({ is_integer, sigma }) {
    is_cancelled = false;
    const module = await wasm, start = performance.now();
    const described = module.start(is_integer, sigma);
    let said = start;
    const progress = async (done, read = 0) => {
      if (performance.now() - said < 100) return;
      postMessage({ progress: { done, read } });
      await new Promise(resolve => setTimeout(resolve));  // lets `cancel` in
      said = performance.now();
      if (is_cancelled) throw new Cancelled('cancelled: the maps before are kept');
    };
    const result = await map_image(module, image, described.maps.length, progress);
    for (const map of described.maps) map.head = module.head(map.low, map.high, false);
    return { ...described, ...result, status_head: module.head(0, 0, true), ms: performance.now() - start };
  },
};

onmessage = async ({ data: { id, call, argument } }) => {
  if (call === 'cancel') {
    is_cancelled = true;
    return;
  }
  try {
    const result = await calls[call](argument);
    const buffers = call === 'map' ? [result.voxels.buffer, result.status.buffer, result.is_atypical.buffer, ...result.values.map(values => values.buffer)] : [];
    postMessage({ id, result }, buffers);
  } catch (error) {
    postMessage({ id, error: error.message, is_cancelled: error instanceof Cancelled });
  }
};
