// SPDX-License-Identifier: Apache-2.0
#include "codegen/quantize/fit_dense.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace crbrt::codegen {
namespace {

using Index = Eigen::Index;

constexpr Index most_voxels = 8192;     ///< more make no difference that shows
constexpr Index voxels_per_input = 20;  ///< with fewer, weights are not refitted: the sample is too small
constexpr double preference = 1e-3;     ///< of the given weights, relative to the mean variance of the inputs
constexpr Index inputs_by_row = 256;    ///< with more, all outputs share the weights of voxels: factors cost inputs^3 each
constexpr double least_weight = 0.01;   ///< of a voxel without a say, relative to the mean
constexpr double most_weight = 100;     ///< of a voxel with a tiny bound, relative to the mean

/// Every step-th column.
template <class Matrix>
Matrix thinned(const Matrix& values, Index step) {
  Matrix some(values.rows(), values.cols() / step);
  for (Index v = 0; v < some.cols(); ++v) some.col(v) = values.col(v * step);
  return some;
}

/// Weights of voxels, mean 1.
Eigen::VectorXd bounded(Eigen::VectorXd weight) {
  const double mean = weight.mean();
  if (!(mean > 0)) return Eigen::VectorXd::Ones(weight.size());
  weight = (weight.array() + least_weight * mean).min(most_weight * mean);
  return weight / weight.mean();
}

/// Weights that give the float sums back from inputs which are a little off: least squares that prefers the given weights.
Eigen::VectorXd refitted(const Eigen::VectorXd& weights, const InputMoments& moments, const Integers& in,
                         const Eigen::VectorXd& voxel, const Eigen::VectorXd& target) {
  if (in.cols() < voxels_per_input * in.rows()) return weights;
  Eigen::MatrixXd normal = moments.covariance();
  normal.diagonal().array() += preference * normal.diagonal().mean() + 1e-9;
  const Eigen::VectorXd residual = target - in.transpose() * weights;
  const Eigen::VectorXd weighted =
      (residual.array() - residual.dot(voxel) / voxel.sum()).matrix().cwiseProduct(voxel) / voxel.sum();
  const Eigen::VectorXd step = normal.llt().solve(in * weighted);
  return weights + step;
}

}  // namespace

Scales fit_dense(const DenseFit& fit, IntegerOperation& op) {
  const Index step = std::max<Index>(1, fit.in.cols() / most_voxels);
  const Integers in = thinned(fit.in, step);
  const Values sums = thinned(fit.sums, step), sensitivity = thinned(fit.sensitivity, step);
  const Eigen::Map<const Eigen::VectorXd> in_scale(fit.in_scale.data(), static_cast<Index>(fit.in_scale.size()));
  const Eigen::MatrixXd weights = weights_of(fit.from).cast<double>() * in_scale.asDiagonal();
  const bool is_shared = in.rows() > inputs_by_row;
  Eigen::VectorXd voxel = bounded(sensitivity.colwise().mean().transpose().cast<double>());
  InputMoments moments(in, voxel, fit.number);
  Scales sum_scale;
  for (Index j = 0; j < weights.rows(); ++j) {
    const Eigen::VectorXd target = sums.row(j).transpose().cast<double>();
    if (!is_shared) {
      voxel = bounded(sensitivity.row(j).transpose().cast<double>());
      moments = InputMoments(in, voxel, fit.number);
    }
    const Eigen::VectorXd row = refitted(weights.row(j).transpose(), moments, in, voxel, target);
    const double target_mean = target.dot(voxel) / voxel.sum();
    const RoundedRow rounded =
        fit.number == Number::u8 ? round_row_u8(row, moments) : round_row_s16(row, target_mean - row.dot(moments.mean()));
    double bias = target_mean;
    for (Index k = 0; k < weights.cols(); ++k)
      bias -= rounded.scale * rounded.weights[static_cast<std::size_t>(k)] * moments.mean()[k];
    if (fit.number == Number::u8)
      op.weights_s8.insert(op.weights_s8.end(), rounded.weights.begin(), rounded.weights.end());
    else
      op.weights_s16.insert(op.weights_s16.end(), rounded.weights.begin(), rounded.weights.end());
    op.bias.push_back(static_cast<std::int32_t>(std::nearbyint(bias / rounded.scale)));
    sum_scale.push_back(rounded.scale);
  }
  return sum_scale;
}

}  // namespace crbrt::codegen
