// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "codegen/quantize/fit_dense.h"
#include "crbrt/format/integer_bounds.h"
#include "crbrt/format/requant.h"

namespace crbrt::codegen {
namespace {

using Index = Eigen::Index;

/// Added to the variance of each input, relative to their mean: inputs that never vary have none of their own.
constexpr double damping = 1e-3;

/// Which values weight k may take beside those of its quad that are rounded already.
class QuadRoom {
 public:
  explicit QuadRoom(Index n) : positive_(static_cast<std::size_t>(n / 8 + 1) * 2, 0), negative_(positive_) {}

  double limited(Index k, double value) const {
    const std::size_t q = quad(k);
    const double room_up = quad_weight_max - positive_[q], room_down = quad_weight_max - negative_[q];
    return std::clamp(value, -std::min(127.0, room_down), std::min(127.0, room_up));
  }

  void take(Index k, double value) { (value > 0 ? positive_ : negative_)[quad(k)] += static_cast<int>(std::abs(value)); }

 private:
  /// Inputs 8 i + {0, 1, 4, 5} and 8 i + {2, 3, 6, 7} (integer_bounds.h).
  static std::size_t quad(Index k) { return static_cast<std::size_t>(k / 8 * 2 + k / 2 % 2); }

  std::vector<int> positive_, negative_;
};

RoundedRow rounded(const Eigen::VectorXd& weights, double scale, const InputMoments& moments) {
  const Index n = weights.size();
  QuadRoom room(n);
  const Eigen::MatrixXd& factor = moments.inverse_factor();
  Eigen::VectorXd left(n);
  for (Index i = 0; i < n; ++i) left[i] = weights[moments.order()[static_cast<std::size_t>(i)]] / scale;
  RoundedRow row{std::vector<std::int16_t>(static_cast<std::size_t>(n)), scale, 0};
  for (Index i = 0; i < n; ++i) {
    const Index k = moments.order()[static_cast<std::size_t>(i)];
    const double integer = room.limited(k, std::nearbyint(left[i]));
    room.take(k, integer);
    row.weights[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(integer);
    const double error = (left[i] - integer) / factor(i, i);
    row.error += error * error * scale * scale;
    if (i + 1 < n) left.tail(n - i - 1) -= error * factor.row(i).tail(n - i - 1).transpose();
  }
  return row;
}

}  // namespace

InputMoments::InputMoments(const Eigen::MatrixXd& in, const Eigen::VectorXd& weight, Number number) {
  const double n = weight.sum();
  mean_ = in * weight / n;
  // Most of the time goes here, and floats are exact enough for what is damped by 1e-3.
  const Eigen::MatrixXf weighted = ((in.colwise() - mean_) * (weight / n).cwiseSqrt().asDiagonal()).cast<float>();
  Eigen::MatrixXf lower = Eigen::MatrixXf::Zero(in.rows(), in.rows());
  lower.selfadjointView<Eigen::Lower>().rankUpdate(weighted);
  covariance_ = Eigen::MatrixXf(lower.selfadjointView<Eigen::Lower>()).cast<double>();
  if (number == Number::u8) factor();
}

void InputMoments::factor() {
  const Index n = covariance_.rows();
  order_.resize(static_cast<std::size_t>(n));
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](Index a, Index b) { return covariance_(a, a) > covariance_(b, b); });
  Eigen::MatrixXd ordered(n, n);
  for (Index a = 0; a < n; ++a)
    for (Index b = 0; b < n; ++b)
      ordered(a, b) = covariance_(order_[static_cast<std::size_t>(a)], order_[static_cast<std::size_t>(b)]);
  ordered.diagonal().array() += damping * ordered.diagonal().mean() + 1e-9;
  const Eigen::MatrixXd inverse = ordered.llt().solve(Eigen::MatrixXd::Identity(n, n));
  inverse_factor_ = inverse.llt().matrixU();
}

RoundedRow round_row_u8(const Eigen::VectorXd& weights, const InputMoments& moments) {
  const double largest = weights.cwiseAbs().maxCoeff();
  if (largest == 0) return {std::vector<std::int16_t>(static_cast<std::size_t>(weights.size()), 0), 1, 0};
  RoundedRow best;
  best.error = -1;
  for (double steps = 24; steps < 300; steps *= 1.06) {  // the largest weight as a multiple of the scale
    RoundedRow row = rounded(weights, largest / steps, moments);
    if (best.error < 0 || row.error < best.error) best = std::move(row);
  }
  return best;
}

RoundedRow round_row_s16(const Eigen::VectorXd& weights, double bias) {
  const double n = static_cast<double>(weights.size()), in_max = -double{s16_min};
  const double room = 0.99 * static_cast<double>(acc_max) - in_max * n;  // rounding moves a weight by at most one
  const double largest = std::max(weights.cwiseAbs().maxCoeff(), 1e-30);
  const double scale = std::max((weights.cwiseAbs().sum() * in_max + std::abs(bias)) / room, largest / 32000);
  RoundedRow row{{}, scale};
  for (const double weight : weights) row.weights.push_back(static_cast<std::int16_t>(std::nearbyint(weight / scale)));
  return row;
}

}  // namespace crbrt::codegen
