// SPDX-License-Identifier: Apache-2.0
/// From the layers of a file to the operations that are executed, in the same form; the rules stand at folded() in
/// crbrt/network.hpp.
#include <algorithm>
#include <cmath>
#include <utility>

#include "crbrt/network.hpp"
#include "runtime/loader/src/lower.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt {
namespace {

/// How many operands each value is.
std::vector<std::size_t> readers_of(const Network& network) {
  std::vector<std::size_t> readers(network.operations.size() + 1, 0);
  for (const Operation& op : network.operations) {
    ++readers[op.in];
    if (op.add != Operation::none) ++readers[op.add];
  }
  return readers;
}

/// Can the batch normalisation `op` go into what wrote its input?
bool goes_into_dense(const Operation& op, const Operation& writer, std::size_t n_reader) {
  return op.kind == OperationKind::batch_norm && writer.kind == OperationKind::dense && writer.add == Operation::none &&
         !writer.relu && n_reader == 1;
}

/// Batch normalisation as factor and shift of a value, in double.
struct ScaleShift {
  double scale = 1, shift = 0;
};

ScaleShift scale_shift(const Operation& batch, std::size_t j) {
  const double scale = batch.weights[j] / std::sqrt(double{batch.variance[j]} + batch.epsilon);
  return {scale, batch.bias[j] - scale * batch.mean[j]};
}

void fold_into(Operation& dense, const Operation& batch) {
  for (std::size_t j = 0; j < dense.n_out; ++j) {
    const ScaleShift norm = scale_shift(batch, j);
    dense.bias[j] = static_cast<float>(dense.bias[j] * norm.scale + norm.shift);
    float* const row = &dense.weights[j * dense.n_in];
    for (std::size_t k = 0; k < dense.n_in; ++k) row[k] = static_cast<float>(row[k] * norm.scale);
  }
}

void make_affine(Operation& batch) {
  for (std::size_t j = 0; j < batch.n_out; ++j) {
    const ScaleShift norm = scale_shift(batch, j);
    batch.weights[j] = static_cast<float>(norm.scale);
    batch.bias[j] = static_cast<float>(norm.shift);
  }
  batch.kind = OperationKind::affine;
  batch.mean.clear();
  batch.variance.clear();
  batch.epsilon = 0;
}

}  // namespace

Network folded(Network network) {
  const std::vector<std::size_t> readers = readers_of(network);
  std::vector<Operation> from = std::exchange(network.operations, {});
  std::vector<Operation>& to = network.operations;
  std::vector<std::size_t> value{0};  // of each value before: its index now
  for (Operation& op : from) {
    const std::size_t n_reader = readers[op.in];
    op.in = value[op.in];
    if (op.add != Operation::none) op.add = value[op.add];
    Operation* const writer = op.in == 0 ? nullptr : &to[op.in - 1];
    if (writer != nullptr && goes_into_dense(op, *writer, n_reader)) {
      fold_into(*writer, op);
    } else if (writer != nullptr && op.kind == OperationKind::relu && n_reader == 1) {
      writer->relu = true;
    } else {
      if (op.kind == OperationKind::batch_norm) make_affine(op);
      to.push_back(std::move(op));
      value.push_back(to.size());
      continue;
    }
    value.push_back(op.in);
  }
  return network;
}

std::vector<float> inverse_std(const Network& network) {
  std::vector<float> inverse(network.feature_std.size());
  std::transform(network.feature_std.begin(), network.feature_std.end(), inverse.begin(), [](float std) { return 1.0f / std; });
  return inverse;
}

std::vector<std::string> loader::layer_texts(const Network& network) {
  const std::vector<std::size_t> readers = readers_of(network);
  std::vector<std::string> texts;
  for (const Operation& op : network.operations) {
    switch (op.kind) {
      case OperationKind::dense:
        texts.push_back(op.layer + ": dense " + std::to_string(op.n_in) + " -> " + std::to_string(op.n_out));
        if (op.add != Operation::none) texts.back() += ", + " + network.operations[op.add - 1].layer;
        break;
      case OperationKind::batch_norm:
        texts.back() += ", batch norm";
        if (goes_into_dense(op, network.operations[op.in - 1], readers[op.in])) texts.back() += " (folded)";
        break;
      case OperationKind::group_norm: texts.back() += ", group norm in " + std::to_string(op.n_group); break;
      case OperationKind::affine: break;  // not in a file
      case OperationKind::relu:
      case OperationKind::root_silu:
      case OperationKind::leaky_relu: texts.back() += ", " + loader::activation_text(op);
    }
  }
  return texts;
}

}  // namespace crbrt
