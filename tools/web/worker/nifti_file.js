// SPDX-License-Identifier: Apache-2.0
// Headers of NIfTI-1 and NIfTI-2 through nifti-reader-js. It replaces the rows of the sform where the qform has the larger code; maps
// carry both forms as they are, so those rows are read from the header once more.
import { NIFTI1, isNIFTI, readHeader } from 'nifti-reader-js';
import { open_bytes } from './byte_source.js';

const elements = { 2: 'uint8', 4: 'int16', 8: 'int32', 16: 'float32', 32: 'complex64', 64: 'float64', 256: 'int8', 512: 'uint16',
  768: 'uint32', 1024: 'int64', 1280: 'uint64', 1792: 'complex128' };

function sform_rows(bytes, header) {
  const view = new DataView(bytes.buffer), is_first = header instanceof NIFTI1;
  return Array.from({ length: 12 }, (_, i) => is_first ? view.getFloat32(280 + 4 * i, header.littleEndian)
    : view.getFloat64(400 + 8 * i, header.littleEndian));
}

/// A pixdim that is no length is 1 for an axis of one voxel, and refused by C++ for others where the qform counts.
function spacing_of(header) {
  return [1, 2, 3].map(d => {
    const length = header.pixDims[d], is_single = header.dims[0] < d || header.dims[d] === 1;
    return is_single && !(length > 0 && Number.isFinite(length)) ? 1 : length;
  });
}

/// As libnifti leaves it: a form without a code is zeros.
function geometry_of(name, bytes, header) {
  const { qform_code, sform_code } = header, zeros = n => new Array(n).fill(0), has_qform = qform_code > 0;
  const geometry = { qform_code: Math.max(0, qform_code), sform_code: Math.max(0, sform_code), xyz_units: header.xyzt_units & 7,
    qfac: !has_qform ? 0 : header.pixDims[0] < 0 ? -1 : 1, spacing: spacing_of(header),
    quatern: has_qform ? [header.quatern_b, header.quatern_c, header.quatern_d] : zeros(3),
    qoffset: has_qform ? [header.qoffset_x, header.qoffset_y, header.qoffset_z] : zeros(3),
    sform: sform_code > 0 ? sform_rows(bytes, header) : zeros(12) };
  for (const part of ['spacing', 'quatern', 'qoffset', 'sform'])
    if (!geometry[part].every(Number.isFinite)) throw new Error(`${name}: expected a place in the world of finite numbers (${part}), found others (mend the header, or set its qform_code and sform_code to 0)`);
  return geometry;
}

function expect_plausible(name, header) {
  const refuse = (expected, found) => { throw new Error(`${name}: expected ${expected}, found ${found}`); };
  const n_dim = header.dims[0], first = header instanceof NIFTI1 ? 352 : 544;
  if (!(n_dim >= 1 && n_dim <= 7)) refuse('one to seven dimensions', n_dim);
  for (let i = 1; i <= n_dim; ++i) if (header.dims[i] < 1) refuse('positive dimensions', header.dims[i]);
  if (!elements[header.datatypeCode]) refuse('real or complex numbers of at most 64 bits each', `data type ${header.datatypeCode}`);
  if (header.vox_offset !== 0 && !(header.vox_offset >= first && header.vox_offset <= 2 ** 28))
    refuse(`a vox_offset of ${first} to 268435456 bytes`, header.vox_offset);
  if (header.scl_slope !== 0 && !Number.isNaN(header.scl_slope) && !(Number.isFinite(header.scl_slope) && Number.isFinite(header.scl_inter)))
    refuse('a finite scl_slope and scl_inter', `${header.scl_slope}, ${header.scl_inter}`);
}

export async function is_nifti(file) {
  try {
    return isNIFTI((await (await open_bytes(file)).read(0, 352)).buffer);
  } catch {
    return false;
  }
}

/// {"header", "source", "offset"}: what described_image.h asks for, and where the numbers lie.
export async function open_nifti(file) {
  const source = await open_bytes(file);
  const none = new Error(`${file.name}: expected a NIfTI file, a BART pair x.cfl and x.hdr, or MAT v7.3, found none of them`);
  let bytes = await source.read(0, 352).catch(error => { throw source.is_sequential ? error : none; });
  if (!isNIFTI(bytes.buffer)) throw none;
  if (bytes[4] === 0x6e && bytes[6] === 0x32) bytes = await source.read(0, 544);
  const header = readHeader(bytes.buffer);
  expect_plausible(file.name, header);
  const is_scaled = header.scl_slope !== 0 && !Number.isNaN(header.scl_slope);
  const described = { name: file.name, format: 'nifti', extents: header.dims.slice(1, header.dims[0] + 1),
    element: elements[header.datatypeCode], swapped: !header.littleEndian, slope: is_scaled ? header.scl_slope : 1,
    intercept: is_scaled ? header.scl_inter : 0, geometry: geometry_of(file.name, bytes, header) };
  const offset = header.vox_offset || (header instanceof NIFTI1 ? 352 : 544);
  await source.expect_size(offset + described.extents.reduce((a, b) => a * b) * header.numBitsPerVoxel / 8);
  return { header: described, source, offset };
}
