// SPDX-License-Identifier: Apache-2.0
// The same network as three ONNX models: float (Gemm), dynamic 8-bit integers (DynamicQuantizeLinear, MatMulInteger) and static
// ones (QuantizeLinear, QGemm: ONNX Runtime's QLinearMatMul with bias). Skips and group norm stay in float in all of them.
import { FLOAT, Graph, INT32, INT64, INT8, UINT8 } from './graph.mjs';
import { quantizedColumns, valueRanges } from './calibration.mjs';

const zeroByte = (graph) => graph.constant(new Int8Array(1), [], INT8);

function gemm(graph, step, x) {
  const w = graph.constant(step.weights, [step.n_out, step.n_in], FLOAT), b = graph.constant(step.bias, [step.n_out], FLOAT);
  return graph.node('Gemm', [x, w, b], { transB: 1 })[0];
}

function dynamicInteger(graph, step, x) {
  const { values, scale } = quantizedColumns(step);
  const w = graph.constant(values, [step.n_in, step.n_out], INT8), ws = graph.constant(scale, [step.n_out], FLOAT);
  const [q, qs, qz] = graph.node('DynamicQuantizeLinear', [x], {}, 3);
  const [sums] = graph.node('MatMulInteger', [q, w, qz, zeroByte(graph)]);
  const [asFloat] = graph.node('Cast', [sums], { to: FLOAT });
  const [both] = graph.node('Mul', [qs, ws]);
  const [scaled] = graph.node('Mul', [asFloat, both]);
  return graph.node('Add', [scaled, graph.constant(step.bias, [step.n_out], FLOAT)])[0];
}

/// QGemm takes bias in 32 bits; it writes 8 bits with scale and zero point from calibration, or floats.
class StaticIntegers {
  constructor(graph, task) {
    this.graph = graph;
    this.task = task;
    this.ranges = valueRanges(task);
    this.quantized = new Map();
  }

  parameters(range) {
    const scale = Math.max(range.maximum - range.minimum, 1e-30) / 255, zero = Math.round(-range.minimum / scale);
    return { scale, zero, names: [this.graph.constant(new Float32Array([scale]), [], FLOAT),
                                  this.graph.constant(new Uint8Array([zero]), [], UINT8)] };
  }

  /// Nobody needs the floats of value `index`: its step ends in a ReLU and only dense steps read it.
  staysInteger(step, index) {
    const { steps } = this.task;
    return step.relu && !step.add && index < steps.length &&
      steps.every((reader) => reader.add !== index && (reader.in !== index || reader.kind === 'dense'));
  }

  dense(step, index, x) {
    const { graph } = this, { values, scale } = quantizedColumns(step), input = this.parameters(this.ranges[step.in]);
    if (!this.quantized.has(step.in)) this.quantized.set(step.in, graph.node('QuantizeLinear', [x, ...input.names])[0]);
    const bias = Int32Array.from(step.bias, (b, j) => Math.round(b / (input.scale * scale[j])));
    const operands = [this.quantized.get(step.in), ...input.names, graph.constant(values, [step.n_in, step.n_out], INT8),
      graph.constant(scale, [step.n_out], FLOAT), graph.constant(new Int8Array(step.n_out), [step.n_out], INT8),
      graph.constant(bias, [step.n_out], INT32)];
    const inIntegers = this.staysInteger(step, index), output = inIntegers ? this.parameters(this.ranges[index]).names : [];
    const [y] = graph.node('QGemm', [...operands, ...output], {}, 1, 'com.microsoft');
    if (!inIntegers) return y;
    this.quantized.set(index, y);  // its zero point is 0: saturation is the ReLU
    return graph.node('DequantizeLinear', [y, ...output])[0];
  }
}

function groupNorm(graph, step, x) {
  const size = step.n_in / step.n_group;
  const grouped = graph.constant(BigInt64Array.of(-1n, BigInt(step.n_group), BigInt(size)), [3], INT64);
  const flat = graph.constant(BigInt64Array.of(-1n, BigInt(step.n_in)), [2], INT64);
  const ones = graph.constant(new Float32Array(size).fill(1), [size], FLOAT);
  const [groups] = graph.node('Reshape', [x, grouped]);
  const [normal] = graph.node('LayerNormalization', [groups, ones], { axis: -1, epsilon: step.epsilon });
  const [rows] = graph.node('Reshape', [normal, flat]);
  const [scaled] = graph.node('Mul', [rows, graph.constant(step.weights, [step.n_in], FLOAT)]);
  return graph.node('Add', [scaled, graph.constant(step.bias, [step.n_in], FLOAT)])[0];
}

function affine(graph, step, x) {
  const [scaled] = graph.node('Mul', [x, graph.constant(step.weights, [step.n_in], FLOAT)]);
  return graph.node('Add', [scaled, graph.constant(step.bias, [step.n_in], FLOAT)])[0];
}

function denseMaker(graph, task, precision) {
  if (precision === 'f32') return (step, index, x) => gemm(graph, step, x);
  if (precision === 'i8-dynamic') return (step, index, x) => dynamicInteger(graph, step, x);
  if (precision !== 'i8-qlinear') throw new Error(`expected f32, i8-dynamic or i8-qlinear, found ${precision}`);
  const integers = new StaticIntegers(graph, task);
  return (step, index, x) => integers.dense(step, index, x);
}

/// Bytes of the model.
export function buildModel(task, precision) {
  const graph = new Graph(), values = ['features'], dense = denseMaker(graph, task, precision);
  task.steps.forEach((step, i) => {
    let y = values[step.in];
    if (step.kind === 'dense') y = dense(step, i + 1, y);
    else if (step.kind === 'group_norm') y = groupNorm(graph, step, y);
    else if (step.kind === 'affine') y = affine(graph, step, y);
    if (step.add) [y] = graph.node('Add', [y, values[step.add]]);
    if (step.relu || step.kind === 'relu') [y] = graph.node('Relu', [y]);
    values.push(y);
  });
  return graph.model(task.n_feature, values.at(-1), task.offset.length);
}

/// A model that does nothing, to see what a call costs.
export function emptyModel(width) {
  return new Graph().model(width, 'features', width);
}
