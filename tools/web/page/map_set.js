// SPDX-License-Identifier: Apache-2.0
// The maps of one run: values of the voxels that were mapped, and what is needed to show and save them. Immutable, so that what goes
// wrong later leaves it as it is.
import { number } from './elements.js';

const status_layer = set => ({ name: 'status', unit: '', shown_unit: '', shown_factor: 1, low: 0, high: 15, kind: 'status', description: 'what happened to each voxel',
  head: set.status_head, sidecar: set.status_sidecar });

export class MapSet {
  /// result: what the worker's `map` says. image: what its `open_image` said. origin: whose maps they are, in words.
  constructor(result, image, origin) {
    Object.assign(this, result);
    this.shape = image.shape;
    this.affine = image.affine;
    this.origin = origin;
    this.not_computed = this.levels.findIndex(level => level.name === 'not_computed');
    this.layers = [...this.maps.map((map, i) => ({ ...map, values: this.values[i] })), { ...status_layer(this), values: this.status }];
  }

  /// The number of a voxel of the grid in the list; -1 where it was not mapped.
  at(voxel) {
    let low = 0, high = this.voxels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.voxels[middle] < voxel) low = middle + 1;
      else high = middle;
    }
    return this.voxels[low] === voxel ? low : -1;
  }

  /// What to say beside the score of a voxel of the list.
  judgement(at) {
    const { score, is_of_noise } = this.threshold;
    if (this.is_atypical[at]) return is_of_noise ? 'atypical: above the threshold for its noise' : `atypical: above ${number(score)}`;
    return is_of_noise ? '' : `threshold ${number(score)}`;
  }

  level(voxel) {
    const at = this.at(voxel);
    return this.levels[at < 0 ? this.not_computed : this.status[at]];
  }

  /// The bytes of the NIfTI file of a layer; its values times `factor`, and `blank` where nothing was estimated.
  file(layer, factor = 1, blank = 0) {
    const n = this.shape.reduce((a, b) => a * b), is_status = layer.kind === 'status';
    const image = is_status ? new Uint8Array(n).fill(this.not_computed) : new Float32Array(n).fill(blank);
    for (let i = 0; i < this.voxels.length; ++i) {
      const value = layer.values[i];
      image[this.voxels[i]] = blank !== 0 && value === 0 ? blank : factor * value;
    }
    const bytes = new Uint8Array(layer.head.length + image.byteLength);
    bytes.set(layer.head);
    bytes.set(new Uint8Array(image.buffer), layer.head.length);
    return bytes;
  }

  /// Every level with its number of voxels.
  counts() {
    const counts = new Array(this.levels.length).fill(0);
    for (const status of this.status) ++counts[status];
    counts[this.not_computed] += this.shape.reduce((a, b) => a * b) - this.voxels.length;
    return this.levels.map((level, i) => ({ ...level, voxels: counts[i] }));
  }
}
