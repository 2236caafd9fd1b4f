// SPDX-License-Identifier: Apache-2.0
// Float values need no exact order of sums: they choose scales, they are no result.
#include "codegen/quantize/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/bound_session.h"

namespace crbrt::codegen {

namespace {

Values group_normalised(const Operation& op, const Values& in) {
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

Values scaled_and_shifted(const Operation& op, const Values& in) {
  const auto n = static_cast<Eigen::Index>(op.n_in);
  const Eigen::Map<const Eigen::VectorXf> scale(op.weights.data(), n), shift(op.bias.data(), n);
  Values out = scale.asDiagonal() * in;
  out.colwise() += shift;
  return out;
}

/// of(j, x) of every number, j its feature.
template <class Of>
Values by_feature(Values in, const Of& of) {
  for (Eigen::Index v = 0; v < in.cols(); ++v)
    for (Eigen::Index j = 0; j < in.rows(); ++j) in(j, v) = of(static_cast<std::size_t>(j), in(j, v));
  return in;
}

/// Signs that are a function of their place.
float sign_of(std::size_t draw, Eigen::Index feature, Eigen::Index voxel) {
  std::uint64_t z =
      (static_cast<std::uint64_t>(voxel) << 20 | static_cast<std::uint64_t>(feature) << 8 | draw) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z >> 40 & 1) != 0 ? 1.0f : -1.0f;
}

/// Gradients of `gradient` (of the last value) in front of each operation's skip and ReLU, in `before`.
void go_back(const Network& network, const FloatValues& values, Values gradient, std::vector<Values>& before) {
  std::vector<Values> of_value(values.value.size());
  of_value.back() = std::move(gradient);
  for (std::size_t i = network.operations.size(); i-- > 0;) {
    const Operation& op = network.operations[i];
    const Values& out = values.value[i + 1];
    Values& g = of_value[i + 1];
    if (g.size() == 0) g = Values::Zero(out.rows(), out.cols());
    if (op.relu) g = (out.array() > 0).select(g, 0.0f);
    if (is_activation(op.kind))
      g = g.cwiseProduct(by_feature(values.value[op.in], [&](std::size_t j, float x) { return activation_slope(op, j, x); }));
    const auto pass = [&](std::size_t value, const Values& more) {
      if (value == 0) return;
      Values& to = of_value[value];
      if (to.size() == 0)
        to = more;
      else
        to += more;
    };
    if (op.add != Operation::none) pass(op.add, g);
    if (op.kind == OperationKind::dense)
      pass(op.in, weights_of(op).transpose() * g);
    else if (is_activation(op.kind))
      pass(op.in, g);
    else
      pass(op.in, Eigen::Map<const Eigen::VectorXf>(op.weights.data(), static_cast<Eigen::Index>(op.n_in)).asDiagonal() * g);
    before[i] = std::move(g);
  }
}

}  // namespace

std::vector<Values> sensitivities(const Network& network, const FloatValues& values, const Values& importance,
                                  std::size_t draws) {
  const std::size_t n = network.operations.size();
  std::vector<Values> sum(n), before(n);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    Values signs = importance.cwiseSqrt();
    for (Eigen::Index v = 0; v < signs.cols(); ++v)
      for (Eigen::Index f = 0; f < signs.rows(); ++f) signs(f, v) *= sign_of(draw, f, v);
    go_back(network, values, std::move(signs), before);
    for (std::size_t i = 0; i < n; ++i) {
      if (draw == 0) sum[i] = Values::Zero(before[i].rows(), before[i].cols());
      sum[i] += before[i].cwiseAbs2() / static_cast<float>(draws);
    }
  }
  return sum;
}

Values features_of(const Program& program, const std::vector<float>& coefficients) {
  const std::size_t n = 2 * std::size_t{program.n_coeff}, n_voxel = coefficients.size() / n;
  Values features(n, n_voxel);
  base::BoundSession session(program, Isa::automatic);
  if (session->preprocess(Coefficients::rows(coefficients.data(), n_voxel, program.n_coeff), {features.data(), n_voxel, n}) !=
      Status::ok)
    throw base::Error(base::exit_internal, "preprocessing of calibration voxels failed");
  return features;
}

Eigen::MatrixXf weights_of(const Operation& op) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(op.weights.data(), op.n_out, op.n_in);
}

Eigen::VectorXf bias_of(const Operation& op) {
  return Eigen::Map<const Eigen::VectorXf>(op.bias.data(), static_cast<Eigen::Index>(op.n_out));
}

FloatValues float_values(const Network& network, const Values& features) {
  FloatValues values{{features}, {}};
  for (const Operation& op : network.operations) {
    const Values& in = values.value[op.in];
    Values sums, out;
    if (op.kind == OperationKind::dense) {
      sums = (weights_of(op) * in).colwise() + bias_of(op);
      out = sums;
      if (op.add != Operation::none) out += values.value[op.add];
    } else if (is_activation(op.kind)) {
      out = by_feature(in, [&](std::size_t j, float x) { return activated(op, j, x); });
    } else {
      out = scaled_and_shifted(op, op.kind == OperationKind::group_norm ? group_normalised(op, in) : in);
    }
    if (op.relu) out = out.cwiseMax(0.0f);
    values.sums.push_back(std::move(sums));
    values.value.push_back(std::move(out));
  }
  return values;
}

namespace {

/// Weighted squared error of a row in steps of `scale`.
double clipping_error(const Eigen::VectorXf& row, const Eigen::VectorXf& weight, float scale) {
  const Eigen::ArrayXf steps = (row.array() / scale + 0.5f).floor().cwiseMin(255.0f).cwiseMax(0.0f) * scale;
  return double{((steps - row.array()).square() * weight.array()).sum()};
}

/// Operations whose values are added, transitively: each one's representative.
std::vector<std::size_t> partners(const Network& network) {
  std::vector<std::size_t> of(network.operations.size());
  std::iota(of.begin(), of.end(), std::size_t{0});
  for (std::size_t i = 0; i < of.size(); ++i) {
    const std::size_t add = network.operations[i].add;
    if (add == Operation::none || add == 0) continue;  // a skip from the input has no integer form
    const std::size_t from = of[i], to = of[add - 1];
    std::replace(of.begin(), of.end(), from, to);
  }
  return of;
}

void raise(Scales& scales, const Scales& other) {
  for (std::size_t j = 0; j < scales.size(); ++j) scales[j] = std::max(scales[j], other[j]);
}

}  // namespace

Scales scales_u8(const Values& values, const Values& weights) {
  Scales scales;
  for (Eigen::Index j = 0; j < values.rows(); ++j) {
    const Eigen::VectorXf row = values.row(j).transpose().cwiseMax(0.0f);
    const Eigen::VectorXf weight = (weights.row(j).transpose().array() + 0.01f * weights.row(j).mean() + 1e-30f).matrix();
    const float largest = row.maxCoeff() / 255;
    if (largest <= 0) {
      scales.push_back(1e-6);  // never active: any step
      continue;
    }
    float best = largest;
    double least = clipping_error(row, weight, best);
    for (float scale = largest; scale > 0.2f * largest; scale *= 0.94f)
      if (const double error = clipping_error(row, weight, scale); error < least) least = error, best = scale;
    scales.push_back(best);
  }
  return scales;
}

Scales scales_s16(const Values& values) {
  Scales scales;
  for (Eigen::Index j = 0; j < values.rows(); ++j)
    scales.push_back(std::max(s16_headroom * double{values.row(j).cwiseAbs().maxCoeff()} / used_s16, 1e-12));
  return scales;
}

std::vector<Scales> shared_scales(const Network& network, const FloatValues& values) {
  const std::vector<std::size_t> of = partners(network);
  std::vector<Scales> shared(of.size());
  for (std::size_t i = 0; i < of.size(); ++i) {
    Scales own = scales_s16(values.value[i + 1]);
    if (values.sums[i].size() != 0) raise(own, scales_s16(values.sums[i]));  // a skip is added to what is requantized
    if (shared[of[i]].empty())
      shared[of[i]] = std::move(own);
    else
      raise(shared[of[i]], own);
  }
  for (const Operation& op : network.operations) {
    if (op.kind != OperationKind::group_norm) continue;
    Scales& read = shared[of[op.in - 1]];
    std::fill(read.begin(), read.end(), *std::max_element(read.begin(), read.end()));
  }
  for (std::size_t i = 0; i < of.size(); ++i) shared[i] = shared[of[i]];
  return shared;
}

}  // namespace crbrt::codegen
