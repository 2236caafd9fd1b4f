// SPDX-License-Identifier: Apache-2.0
// The task folder of crbrt-bench (bench/peers/peer.h) as JavaScript sees it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readFloats(path) {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/// { name, n_feature, n_voxel, offset, scale, features, steps: [{ kind, n_in, n_out, in, add, relu, ..., weights, bias }] }
export function readTask(folder) {
  const task = JSON.parse(readFileSync(join(folder, 'network.json'), 'utf8'));
  const numbers = readFloats(join(folder, 'numbers.f32'));
  const part = ([first, count]) => numbers.subarray(first, first + count);
  for (const step of task.steps) {
    step.weights = part(step.weights);
    step.bias = part(step.bias);
  }
  task.features = readFloats(join(folder, 'features.f32'));
  return task;
}
