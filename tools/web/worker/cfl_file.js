// SPDX-License-Identifier: Apache-2.0
// BART's pair of files: x.hdr lists the extents as text, x.cfl holds complex floats in little-endian order. The rules are those of
// tools/volume/cfl.cpp.
import { PlainFile } from './byte_source.js';

const stem = name => name.replace(/\.(cfl|hdr)$/i, '');

function extents_of(name, text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.some(line => line.startsWith('# SizesDimensions'))) throw new Error(`${name}: expected the header of one array, found one of several arrays`);
  const at = lines.findIndex(line => line.startsWith('# Dimensions'));
  if (at < 0) throw new Error(`${name}: expected a line "# Dimensions", found none`);
  const line = lines.slice(at + 1).find(next => next.trim() !== '') ?? '';
  const words = line.trim().split(/\s+/).filter(word => word !== '');
  if (words.length === 0 || !words.every(word => /^-?\d+$/.test(word))) throw new Error(`${name}: expected a line of dimensions, found "${line}"`);
  const extents = words.map(Number);
  const odd = extents.find(extent => !(extent >= 1 && Number.isSafeInteger(extent)));
  if (odd !== undefined) throw new Error(`${name}: expected positive dimensions, found ${odd}`);
  return extents;
}

export const is_cfl_part = file => /\.cfl$/i.test(file.name);

export async function is_cfl_header(file) {
  return /\.hdr$/i.test(file.name) && (await file.slice(0, 4096).text()).includes('# Dimensions');
}

/// Both files of a pair.
export async function open_cfl(numbers, header) {
  if (stem(numbers.name) !== stem(header.name))
    throw new Error(`${numbers.name}: expected its header ${stem(numbers.name)}.hdr, found ${header.name}`);
  const extents = extents_of(header.name, await header.slice(0, 1 << 20).text());
  const size = 8 * extents.reduce((a, b) => a * b);
  if (numbers.size !== size) throw new Error(`${numbers.name}: expected ${size} bytes (${extents.join('x')}), found ${numbers.size} bytes`);
  const described = { name: numbers.name, format: 'bart', extents, element: 'complex64', swapped: false, slope: 1, intercept: 0 };
  return { header: described, source: new PlainFile(numbers), offset: 0 };
}
