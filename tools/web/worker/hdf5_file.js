// SPDX-License-Identifier: Apache-2.0
// MAT v7.3 and HDF5 through h5wasm, which the page hands over when the first such file comes. Its own Dataset.value makes an array of
// every complex number, 29 times the memory of the data (docs/web.md): hyperslabs are read as bytes instead, and no more of the file is
// in memory than one of them.
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const wanted_voxels = 1 << 18;
let library = null, n_mounted = 0, mounted = null;

export async function is_hdf5(file) {
  for (let at = 0; at <= 8192; at = at === 0 ? 512 : 2 * at) {
    const bytes = new Uint8Array(await file.slice(at, at + 8).arrayBuffer());
    if (signature.every((byte, i) => bytes[i] === byte)) return true;
  }
  return false;
}

export async function is_old_mat(file) {
  return (await file.slice(0, 20).text()).startsWith('MATLAB 5.0 MAT-file');
}

export const old_mat_refusal = file => new Error(`${file.name}: expected MAT version 7.3, found an older one, which this page does not read; `
  + 'MATLAB writes 7.3 by save(\'scan.mat\', \'x\', \'-v7.3\'), and crbrt-map reads both');

export function use_library(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  library = import(url).then(module => module.default()).then(module => {
    module.activate_throwing_error_handler();
    return module;
  });
}

/// {"module", "id"} of a file; the one before it is closed.
async function opened(file) {
  const module = await library;
  if (mounted?.file === file) return mounted;
  if (mounted) {
    module.close_file(mounted.id);
    module.FS.unmount(mounted.folder);
    mounted = null;
  }
  const folder = `/mounted${++n_mounted}`;
  module.FS.mkdir(folder);
  module.FS.mount(module.FS.filesystems.WORKERFS, { files: [file] }, folder);
  try {
    mounted = { file, module, folder, id: module.open(`${folder}/${file.name}`, module.H5F_ACC_RDONLY, false, -1, -1) };
  } catch (error) {
    module.FS.unmount(folder);
    throw new Error(`${file.name}: expected a whole HDF5 file, found one that HDF5 refuses (${first_line(error)})`);
  }
  return mounted;
}

const first_line = error => String(error.message ?? error).split('\n')[0];

const parts = [['real', 'imag'], ['r', 'i'], ['re', 'im']];

/// The name of the element type as described_image.h has it, or null for what is no array of numbers that we read.
function element_of(module, metadata) {
  const { H5T_INTEGER, H5T_FLOAT, H5T_COMPOUND } = module.H5T_class_t;
  const bits = 8 * metadata.size;
  if (metadata.type === H5T_FLOAT.value) return [32, 64].includes(bits) ? `float${bits}` : null;
  if (metadata.type === H5T_INTEGER.value) return [8, 16, 32, 64].includes(bits) ? `${metadata.signed ? '' : 'u'}int${bits}` : null;
  if (metadata.type !== H5T_COMPOUND.value) return null;
  const members = metadata.compound_type.members, names = members.map(member => member.name.toLowerCase());
  const is_pair = members.length === 2 && parts.some(pair => pair.every((name, i) => names[i] === name));
  const [real, imag] = members;
  const is_packed = is_pair && [real, imag].every(member => member.type === H5T_FLOAT.value && 2 * member.size === metadata.size) &&
    real.offset === 0 && imag.offset === real.size;
  return is_packed ? `complex${bits}` : null;
}

function metadata_of({ module, id }, path) {
  const metadata = module.get_dataset_metadata(id, path);
  return { ...metadata, element: element_of(module, metadata), is_little: (metadata.compound_type?.members[0] ?? metadata).littleEndian };
}

function datasets_below(file, folder) {
  const { module, id } = file, found = [];
  for (const name of module.get_names(id, folder || '/', false)) {
    const path = `${folder}/${name}`, type = module.get_type(id, path);
    if (name.startsWith('#')) continue;  // MATLAB's own
    if (type === module.H5G_GROUP) found.push(...datasets_below(file, path));
    if (type === module.H5G_DATASET && metadata_of(file, path).element && metadata_of(file, path).shape?.length > 0) found.push(path);
  }
  return found;
}

/// The arrays of numbers, the complex ones first.
export async function list_hdf5(file) {
  const open = await opened(file);
  const all = datasets_below(open, ''), is_complex = path => metadata_of(open, path).element.startsWith('complex');
  if (all.length === 0) throw new Error(`${file.name}: expected an array of real or complex numbers, found none (complex numbers are compounds of real and imag)`);
  return [...all.filter(is_complex), ...all.filter(path => !is_complex(path))];
}

/// An array as the bytes of its elements, one after the other. Reads begin and end at whole `unit`s.
class Hdf5Source {
  is_sequential = false;

  constructor(open, path, metadata) {
    Object.assign(this, { open, path, metadata });
    this.dims = metadata.shape.length > 1 ? metadata.shape : [1, ...metadata.shape];
    this.unit = this.dims.slice(2).reduce((a, b) => a * b, 1) * metadata.size;
  }

  async read(offset, count) {
    const { module, id } = this.open, [, n] = this.dims, bytes = new Uint8Array(count);
    const pointer = module._malloc(count);
    if (pointer === 0) throw new Error(`${this.open.file.name}: not enough memory for ${count} bytes more`);
    try {
      for (let done = 0; done < count;) {
        const at = (offset + done) / this.unit, rows = Math.min((count - done) / this.unit, n - at % n);
        this.read_rows(Math.floor(at / n), at % n, rows, pointer);
        bytes.set(module.HEAPU8.subarray(pointer, pointer + rows * this.unit), done);
        done += rows * this.unit;
      }
    } catch (error) {
      throw new Error(`${this.open.file.name}: the array ${this.path} cannot be read (${first_line(error)})`);
    } finally {
      module._free(pointer);
    }
    return bytes;
  }

  read_rows(first, row, rows, pointer) {
    const { module, id } = this.open, is_list = this.metadata.shape.length === 1, big = values => (is_list ? values.slice(1) : values).map(BigInt);
    module.get_dataset_data(id, this.path, big([1, rows, ...this.dims.slice(2)]), big([first, row, ...this.dims.slice(2).map(() => 0)]),
      big(this.dims.map(() => 1)), BigInt(pointer));
  }

  async expect_intact_end() {}
}

/// Where the file has several arrays, messages and sidecars name the array as crbrt-map does, FILE:ARRAY.
export async function open_hdf5(file, path, is_one_of_many) {
  const open = await opened(file), metadata = metadata_of(open, path);
  const odd = open.module.get_attribute_names(open.id, path).filter(name => ['scale_factor', 'add_offset', 'MATLAB_empty'].includes(name));
  if (odd.length > 0) throw new Error(`${file.name}: expected an array without the attribute ${odd[0]}, found one in ${path}; crbrt-map knows it`);
  const source = new Hdf5Source(open, path, metadata);
  const header = { name: is_one_of_many ? `${file.name}:${path}` : file.name, format: 'hdf5', extents: [...metadata.shape].reverse(), element: metadata.element, swapped: !metadata.is_little,
    slope: 1, intercept: 0 };
  return { header, source, offset: 0, piece_of: element_bytes => {
    const unit = source.unit / element_bytes;
    return unit * Math.max(1, Math.floor(wanted_voxels / unit));
  } };
}
