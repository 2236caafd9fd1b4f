// SPDX-License-Identifier: Apache-2.0
// A small builder of ONNX graphs over the published protobuf schema: nodes, initialisers, inputs and outputs by name.
import proto from 'onnx-proto';

const { onnx } = proto;
const { DataType } = onnx.TensorProto;
export const { FLOAT, INT8, UINT8, INT32, INT64 } = DataType;

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

export class Graph {
  constructor() {
    this.nodes = [];
    this.initializers = [];
    this.values = 0;
  }

  /// A constant; `array` is a typed array whose elements are those of `type`. Returns its name.
  constant(array, dims, type) {
    const name = `constant${this.initializers.length}`;
    this.initializers.push(onnx.TensorProto.create({ name, dims, dataType: type, rawData: bytesOf(array) }));
    return name;
  }

  /// A node; returns the names of its outputs.
  node(opType, input, attributes = {}, n_output = 1, domain = '') {
    const output = Array.from({ length: n_output }, () => `value${this.values++}`);
    const attribute = Object.entries(attributes).map(([name, value]) =>
      Number.isInteger(value)
        ? onnx.AttributeProto.create({ name, type: onnx.AttributeProto.AttributeType.INT, i: value })
        : onnx.AttributeProto.create({ name, type: onnx.AttributeProto.AttributeType.FLOAT, f: value }));
    this.nodes.push(onnx.NodeProto.create({ opType, domain, input, output, attribute }));
    return output;
  }

  /// The model as bytes: input "features" [n, width], output "outputs".
  model(width, result, n_output) {
    this.nodes.push(onnx.NodeProto.create({ opType: 'Identity', input: [result], output: ['outputs'] }));
    const described = (name, columns) => onnx.ValueInfoProto.create({
      name,
      type: { tensorType: { elemType: FLOAT, shape: { dim: [{ dimParam: 'n' }, { dimValue: columns }] } } },
    });
    const graph = onnx.GraphProto.create({
      name: 'network', node: this.nodes, initializer: this.initializers,
      input: [described('features', width)], output: [described('outputs', n_output)],
    });
    const model = onnx.ModelProto.create({ irVersion: 8, graph,
      opsetImport: [{ domain: '', version: 17 }, { domain: 'com.microsoft', version: 1 }] });
    return onnx.ModelProto.encode(model).finish();
  }
}
