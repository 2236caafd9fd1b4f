// SPDX-License-Identifier: Apache-2.0
// Exact: every double here is an integer below 2^53.
#include "codegen/quantize/integer_values.h"

#include <cmath>

#include "crbrt/format/inverse_root.h"
#include "crbrt/format/requant.h"

namespace crbrt::codegen {
namespace {

using Index = Eigen::Index;

Index index(std::size_t i) { return static_cast<Index>(i); }

/// One group of one voxel, normalised in place.
void normalise(Eigen::Ref<Eigen::VectorXd> group, const IntegerGroupNorm& constants) {
  const std::int32_t mean =
      mean_of_sum(static_cast<std::int32_t>(group.sum()), {constants.mean_shift, constants.mean_multiplier});
  for (double& x : group) x = saturate(static_cast<std::int32_t>(x) - mean, s16_min, s16_max);
  std::int64_t squares = constants.epsilon;
  for (Index f = 0; f < group.size(); f += 2)
    squares += static_cast<std::int64_t>(group[f] * group[f] + group[f + 1] * group[f + 1]) >> constants.square_shift;
  const InverseRoot r = inverse_root(static_cast<std::int32_t>(squares));
  const std::int32_t u = constants.square_shift / 2 + 1;
  const std::int32_t factor = r.half >= u ? 1 << (r.half - u) : 1, gain = r.half >= u ? r.root : r.root >> (u - r.half);
  for (double& d : group) d = (static_cast<std::int32_t>(d) * factor * gain + (1 << 14)) >> 15;
}

Integers group_normalised(const Operation& from, const IntegerGroupNorm& constants, Integers values) {
  const Index size = index(from.n_in / from.n_group);
  for (Index v = 0; v < values.cols(); ++v)
    for (Index first = 0; first < values.rows(); first += size) normalise(values.col(v).segment(first, size), constants);
  return values;
}

}  // namespace

Integers quantized(const Eigen::MatrixXf& features, const std::vector<float>& scale) {
  Integers out(features.rows(), features.cols());
  for (Index v = 0; v < features.cols(); ++v)
    for (Index i = 0; i < features.rows(); ++i) {
      const float scaled = features(i, v) * scale[static_cast<std::size_t>(i)];
      out(i, v) = std::nearbyint(std::fmin(std::fmax(scaled, -32767.0f), 32767.0f));
    }
  return out;
}

namespace {

template <class T>
Eigen::MatrixXd rows_of(const std::vector<T>& weights, Index n_out, Index n_in) {
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(weights.data(), n_out, n_in).template cast<double>();
}

}  // namespace

Integers dense_sums(const IntegerOperation& op, const Integers& in) {
  const Index n_out = index(op.bias.size());
  const Eigen::MatrixXd weights =
      op.reads() == Number::u8 ? rows_of(op.weights_s8, n_out, in.rows()) : rows_of(op.weights_s16, n_out, in.rows());
  const Eigen::VectorXd bias =
      Eigen::Map<const Eigen::Matrix<std::int32_t, Eigen::Dynamic, 1>>(op.bias.data(), n_out).cast<double>();
  return (weights * in).colwise() + bias;
}

Integers finished(const IntegerOperation& op, Integers sums, const Integers* add, bool relu) {
  if (op.out == Number::s32) return sums;
  for (Index v = 0; v < sums.cols(); ++v)
    for (Index j = 0; j < sums.rows(); ++j) {
      const auto at = static_cast<std::size_t>(j);
      std::int32_t value = requantize(static_cast<std::int32_t>(sums(j, v)), {op.shift[at], op.multiplier[at]});
      if (op.out == Number::u8) value = saturate(value, 0, u8_max);
      if (add != nullptr) value = saturate(value + static_cast<std::int32_t>((*add)(j, v)), s16_min, s16_max);
      sums(j, v) = relu && value < 0 ? 0 : value;
    }
  return sums;
}

Integers integer_values(const Operation& from, const IntegerOperation& op, const Integers& in, const Integers* add) {
  if (from.kind == OperationKind::dense) return finished(op, dense_sums(op, in), add, from.relu);
  Integers sums = op.group_norm ? group_normalised(from, *op.group_norm, in) : in;
  for (Index v = 0; is_activation(from.kind) && v < sums.cols(); ++v)
    for (Index j = 0; j < sums.rows(); ++j)
      sums(j, v) = activated_s16(from, static_cast<std::size_t>(j), static_cast<std::int32_t>(sums(j, v)));
  for (Index j = 0; j < sums.rows(); ++j)
    sums.row(j) =
        (sums.row(j).array() * op.weights_s16[static_cast<std::size_t>(j)] + op.bias[static_cast<std::size_t>(j)]).matrix();
  return finished(op, std::move(sums), nullptr, from.relu || from.kind == OperationKind::relu);
}

}  // namespace crbrt::codegen
