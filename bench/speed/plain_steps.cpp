// From the runtime's operations on slots, with packed weights, to steps that name the values they read.
#include <algorithm>

#include "base/error.h"
#include "bench/speed/networks.h"
#include "crbrt/format/layout.h"

namespace crbrt::bench {
namespace {

StepKind kind_of(const Op& op, const char* network) {
  switch (op.kind) {
    case OpKind::dense: return StepKind::dense;
    case OpKind::group_norm: return StepKind::group_norm;
    case OpKind::affine: return StepKind::affine;
    case OpKind::relu: return StepKind::relu;
    default: break;
  }
  throw base::InputError(network, "a model in float, which libraries can compute as well", "one in fixed point");
}

std::vector<float> rows_of(const Op& op, std::size_t n_out) {
  std::vector<float> rows(n_out * op.n_in);
  for (std::size_t j = 0; j < n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k) rows[j * op.n_in + k] = op.weights[layout::packed_index(op.n_in, j, k)];
  return rows;
}

PlainStep step_of(const Op& op, StepKind kind, std::size_t n_out) {
  PlainStep step;
  step.kind = kind;
  step.n_in = op.n_in;
  step.n_out = n_out;
  step.relu = op.relu != 0;
  if (kind == StepKind::relu) return step;
  step.n_group = op.n_group;
  step.epsilon = op.epsilon;
  step.weights = kind == StepKind::dense ? rows_of(op, n_out) : std::vector<float>(op.weights, op.weights + op.n_in);
  step.bias.assign(op.bias, op.bias + n_out);
  return step;
}

}  // namespace

PlainNetwork plain_network(const Program& program) {
  PlainNetwork network;
  network.n_feature = 2 * program.n_coeff;
  std::vector<std::size_t> value_in(program.n_slot, 0);
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    const bool last = i + 1 == program.n_op;
    PlainStep step = step_of(op, kind_of(op, program.name), last ? std::size_t{program.n_output} : op.n_out);
    step.in = value_in[op.in_slot];
    if (op.add_slot >= 0) step.add = value_in[static_cast<std::size_t>(op.add_slot)];
    value_in[op.out_slot] = i + 1;
    network.steps.push_back(std::move(step));
  }
  for (std::size_t o = 0; o < program.n_output; ++o) {
    network.offset.push_back(program.outputs[o].offset);
    network.scale.push_back(program.outputs[o].scale);
  }
  return network;
}

}  // namespace crbrt::bench
