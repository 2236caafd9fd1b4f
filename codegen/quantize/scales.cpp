#include "codegen/quantize/scales.h"

#include <algorithm>
#include <numeric>

namespace crbrt::codegen {
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
