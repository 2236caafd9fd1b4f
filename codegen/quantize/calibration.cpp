// Float values need no exact order of sums: they choose scales, they are no result.
#include "codegen/quantize/calibration.h"

#include <cfloat>
#include <cmath>

#include "base/bound_session.h"
#include "crbrt/format/layout.h"

namespace crbrt::codegen {
namespace {

Values group_normalised(const Op& op, const Values& in) {
  const Eigen::Index size = op.n_in / op.n_group;
  Values out = in;
  for (Eigen::Index g = 0; g < static_cast<Eigen::Index>(op.n_group); ++g) {
    auto group = out.middleRows(g * size, size);
    group.rowwise() -= group.colwise().mean().eval();
    const Eigen::RowVectorXf factor =
        (group.colwise().squaredNorm() / static_cast<float>(size)).array().unaryExpr([&](float variance) {
          return 1 / std::sqrt(variance + op.epsilon);
        });
    group.array().rowwise() *= factor.array();
  }
  return out;
}

Values scaled_and_shifted(const Op& op, const Values& in) {
  const auto n = static_cast<Eigen::Index>(op.n_in);
  const Eigen::Map<const Eigen::VectorXf> scale(op.weights, n), shift(op.bias, n);
  Values out = scale.asDiagonal() * in;
  out.colwise() += shift;
  return out;
}

/// Signs that are a function of their place.
float sign_of(std::size_t draw, Eigen::Index feature, Eigen::Index voxel) {
  std::uint64_t z =
      (static_cast<std::uint64_t>(voxel) << 20 | static_cast<std::uint64_t>(feature) << 8 | draw) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z >> 40 & 1) != 0 ? 1.0f : -1.0f;
}

/// Gradients of `gradient` (of what the last operation writes) in front of each operation's skip and ReLU, in `before`.
void go_back(const Program& program, const FloatValues& values, Values gradient, std::vector<Values>& before) {
  std::vector<Values> of_out(program.n_op);
  of_out.back() = std::move(gradient);
  for (std::size_t i = program.n_op; i-- > 0;) {
    const Op& op = program.ops[i];
    Values& g = of_out[i];
    if (g.size() == 0) g = Values::Zero(values.out[i].rows(), values.out[i].cols());
    if (op.relu != 0 || op.kind == OpKind::relu) g = (values.out[i].array() > 0).select(g, 0.0f);
    const auto pass = [&](std::uint32_t slot, const Values& more) {
      const std::ptrdiff_t writer = writer_of(program, i, slot);
      if (writer < 0) return;
      Values& to = of_out[static_cast<std::size_t>(writer)];
      if (to.size() == 0)
        to = more;
      else
        to += more;
    };
    if (op.add_slot >= 0) pass(static_cast<std::uint32_t>(op.add_slot), g);
    if (op.kind == OpKind::dense)
      pass(op.in_slot, weights_of(op).transpose() * g);
    else if (op.kind == OpKind::relu)
      pass(op.in_slot, g);
    else
      pass(op.in_slot, Eigen::Map<const Eigen::VectorXf>(op.weights, static_cast<Eigen::Index>(op.n_in)).asDiagonal() * g);
    before[i] = std::move(g);
  }
}

}  // namespace

std::vector<Values> sensitivities(const Program& program, const FloatValues& values, const Values& importance,
                                  std::size_t draws) {
  std::vector<Values> sum(program.n_op), before(program.n_op);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    Values signs = importance.cwiseSqrt();
    for (Eigen::Index v = 0; v < signs.cols(); ++v)
      for (Eigen::Index f = 0; f < signs.rows(); ++f) signs(f, v) *= sign_of(draw, f, v);
    go_back(program, values, std::move(signs), before);
    for (std::size_t i = 0; i < program.n_op; ++i) {
      if (draw == 0) sum[i] = Values::Zero(before[i].rows(), before[i].cols());
      sum[i] += before[i].cwiseAbs2() / static_cast<float>(draws);
    }
  }
  return sum;
}

Values features_of(const Program& program, const std::vector<float>& coefficients) {
  const std::uint32_t n = 2 * program.n_coeff;
  const std::vector<float> one(n, 1.0f), zero(n, 0.0f);
  Op copy{};
  copy.kind = OpKind::affine;
  copy.n_in = copy.n_out = n;
  copy.add_slot = -1;
  copy.weights = one.data();
  copy.bias = zero.data();
  const std::vector<Output> outputs(n, Output{"feature", "1", 0, 1, -FLT_MAX, FLT_MAX});
  const std::uint32_t slot_width = n;
  Program preprocess = program;
  preprocess.n_output = n;
  preprocess.outputs = outputs.data();
  preprocess.n_op = preprocess.n_slot = 1;
  preprocess.ops = &copy;
  preprocess.slot_width = &slot_width;
  preprocess.uncertainty = nullptr;
  preprocess.atypicality = nullptr;
  const std::size_t n_voxel = coefficients.size() / n;
  Values features(n, n_voxel);
  const base::BoundSession session(preprocess, Isa::automatic);
  if (session->run({coefficients.data(), n_voxel, n}, {features.data(), n_voxel, n}) != Status::ok)
    throw base::Error(base::exit_internal, "preprocessing of calibration voxels failed");
  return features;
}

Eigen::MatrixXf weights_of(const Op& op) {
  Eigen::MatrixXf weights(op.n_out, op.n_in);
  for (std::size_t j = 0; j < op.n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k)
      weights(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k)) = op.weights[layout::packed_index(op.n_in, j, k)];
  return weights;
}

Eigen::VectorXf bias_of(const Op& op) {
  return Eigen::Map<const Eigen::VectorXf>(op.bias, static_cast<Eigen::Index>(op.n_out));
}

std::ptrdiff_t writer_of(const Program& program, std::size_t op, std::uint32_t slot) {
  while (op-- > 0)
    if (program.ops[op].out_slot == slot) return static_cast<std::ptrdiff_t>(op);
  return -1;
}

FloatValues float_values(const Program& program, const Values& features) {
  FloatValues values;
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    const auto value = [&](std::uint32_t slot) -> const Values& {
      const std::ptrdiff_t writer = writer_of(program, i, slot);
      return writer < 0 ? features : values.out[static_cast<std::size_t>(writer)];
    };
    Values sums, out;
    if (op.kind == OpKind::dense) {
      sums = (weights_of(op) * value(op.in_slot)).colwise() + bias_of(op);
      out = sums;
      if (op.add_slot >= 0) out += value(static_cast<std::uint32_t>(op.add_slot));
    } else if (op.kind == OpKind::relu) {
      out = value(op.in_slot).cwiseMax(0.0f);
    } else {
      out = scaled_and_shifted(op, op.kind == OpKind::group_norm ? group_normalised(op, value(op.in_slot)) : value(op.in_slot));
    }
    if (op.relu != 0) out = out.cwiseMax(0.0f);
    values.sums.push_back(std::move(sums));
    values.out.push_back(std::move(out));
  }
  return values;
}

}  // namespace crbrt::codegen
