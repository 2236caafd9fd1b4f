// SPDX-License-Identifier: Apache-2.0
// Ranges of all values over the first voxels, by plain float inference, and weights in 8 bits: what bench/peers/layerwise.cpp
// does for the other integer peer.

const n_calibration_voxel = 1024;

function dense(step, x, add, n) {
  const y = new Float32Array(n * step.n_out);
  for (let v = 0; v < n; ++v)
    for (let j = 0; j < step.n_out; ++j) {
      let sum = step.bias[j] + (add ? add[v * step.n_out + j] : 0);
      for (let k = 0; k < step.n_in; ++k) sum += step.weights[j * step.n_in + k] * x[v * step.n_in + k];
      y[v * step.n_out + j] = step.relu ? Math.max(sum, 0) : sum;
    }
  return y;
}

function groupNorm(step, x, n) {
  const y = new Float32Array(x.length), size = step.n_in / step.n_group;
  for (let first = 0; first < n * step.n_in; first += size) {
    const group = x.subarray(first, first + size);
    const mean = group.reduce((sum, value) => sum + value, 0) / size;
    const squares = group.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const inverse = 1 / Math.sqrt(squares / size + step.epsilon);
    for (let i = 0; i < size; ++i) {
      const j = (first + i) % step.n_in, value = (group[i] - mean) * inverse * step.weights[j] + step.bias[j];
      y[first + i] = step.relu ? Math.max(value, 0) : value;
    }
  }
  return y;
}

function affineOrRelu(step, x) {
  return x.map((value, i) => {
    const j = i % step.n_in, y = step.kind === 'affine' ? value * step.weights[j] + step.bias[j] : value;
    return step.relu || step.kind === 'relu' ? Math.max(y, 0) : y;
  });
}

/// [{ minimum, maximum }] of each value, zero included; index 0 are the features.
export function valueRanges(task) {
  const n = Math.min(task.n_voxel, n_calibration_voxel);
  const values = [task.features.subarray(0, n * task.n_feature)];
  for (const step of task.steps) {
    const x = values[step.in];
    if (step.kind === 'dense') values.push(dense(step, x, step.add ? values[step.add] : null, n));
    else if (step.kind === 'group_norm') values.push(groupNorm(step, x, n));
    else values.push(affineOrRelu(step, x));
  }
  return values.map((value) => ({ minimum: Math.min(0, value.reduce((a, b) => Math.min(a, b))),
                                  maximum: Math.max(0, value.reduce((a, b) => Math.max(a, b))) }));
}

/// Of [n_out, n_in] rows: transposed [n_in, n_out] integers, one scale for each output.
export function quantizedColumns(step) {
  const values = new Int8Array(step.n_in * step.n_out), scale = new Float32Array(step.n_out);
  for (let j = 0; j < step.n_out; ++j) {
    const row = step.weights.subarray(j * step.n_in, (j + 1) * step.n_in);
    scale[j] = Math.max(row.reduce((a, b) => Math.max(a, Math.abs(b)), 0), 1e-30) / 127;
    for (let k = 0; k < step.n_in; ++k) values[k * step.n_out + j] = Math.round(row[k] / scale[j]);
  }
  return { values, scale };
}
