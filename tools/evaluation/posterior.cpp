// SPDX-License-Identifier: Apache-2.0
// A product in float finds the draws that matter, about one in a thousand to all; their weights are computed in double.
#include "tools/evaluation/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace crbrt::evaluation {
namespace {

constexpr Eigen::Index block_rows = 2048;  // a block of products of 40 columns is 320 KB

// Draws less likely than the best one by exp(-25) are left out: 400,000 of them are 6e-6 of it. Floats keep the exponent, at
// most (snr_max ||f||)^2 / 2, to about 1e-6 of itself, far below 25.
constexpr float margin = 25;

constexpr int n_node = 24;
struct Rule {
  std::array<double, n_node> node, weight;
};

/// Gauss-Legendre on [-1, 1] by Newton's iteration from the usual guess.
Rule gauss_legendre() {
  Rule rule{};
  for (int i = 0; i < n_node; ++i) {
    double x = std::cos(std::numbers::pi * (i + 0.75) / (n_node + 0.5)), slope = 1;
    for (int step = 0; step < 8; ++step) {
      slope = n_node * (x * std::legendre(n_node, x) - std::legendre(n_node - 1, x)) / (x * x - 1);
      x -= std::legendre(n_node, x) / slope;
    }
    rule.node[static_cast<std::size_t>(i)] = x;
    rule.weight[static_cast<std::size_t>(i)] = 2 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

/// exp(-x) I0(x): the asymptotic series where its next term is below 1e-8, the library's function elsewhere.
double scaled_bessel_i0(double x) {
  if (x < 30) return std::exp(-x) * std::cyl_bessel_i(0, x);
  const double y = 1 / (8 * x);
  return (1 + y * (1 + y * (4.5 + y * (37.5 + y * 459.375)))) / std::sqrt(2 * std::numbers::pi * x);
}

}  // namespace

double log_weight(double u, double norm, SnrRange range) {
  static const Rule rule = gauss_legendre();
  const double low = norm * range.low, high = norm * range.high, mode = std::clamp(u, low, high);
  // The Gaussian has a width of 1 in t, so 24 nodes over at most 2 * 6.3 are dense: spacing 0.8 in the middle, error 1e-9. At
  // the ends the exponent has fallen by 20.
  const double miss = u - mode, reach = std::sqrt(miss * miss + 40);
  const double begin = std::max(low, u - reach), end = std::min(high, u + reach);
  double sum = 0;
  for (std::size_t i = 0; i < n_node; ++i) {
    const double t = (begin + end) / 2 + (end - begin) / 2 * rule.node[i];
    sum += rule.weight[i] * t * t * std::exp((miss * miss - (t - u) * (t - u)) / 2) * scaled_bessel_i0(t * u);
  }
  return (u * u - miss * miss) / 2 + std::log(sum * (end - begin) / 2) - 3 * std::log(norm);
}

WeightedSums::WeightedSums(std::size_t n_output)
    : weight(Eigen::ArrayXd::Zero(static_cast<Eigen::Index>(n_output))), weight_squared(weight), weighted_value(weight) {}

void WeightedSums::rescale_to(double log_weight) {
  if (log_weight <= log_scale) return;
  const double factor = std::exp(log_scale - log_weight);
  weight *= factor;
  weighted_value *= factor;
  weight_squared *= factor * factor;
  log_scale = log_weight;
}

void WeightedSums::add(double log_weight, const Eigen::Ref<const Eigen::ArrayXd>& inverse_bound,
                       const Eigen::Ref<const Eigen::ArrayXd>& value) {
  rescale_to(log_weight);
  const double factor = std::exp(log_weight - log_scale);
  weight += factor * inverse_bound;
  weighted_value += factor * inverse_bound * value;
  weight_squared += (factor * inverse_bound).square();
}

void WeightedSums::merge(const WeightedSums& other) {
  rescale_to(other.log_scale);
  const double factor = std::exp(other.log_scale - log_scale);
  weight += factor * other.weight;
  weighted_value += factor * other.weighted_value;
  weight_squared += factor * factor * other.weight_squared;
}

PriorDraws::PriorDraws(const physics::Dataset& dataset, const Targets& targets, SnrRange range) : range_(range) {
  std::vector<Eigen::Index> usable;
  for (std::size_t f = 0; f < targets.size(); ++f)
    if (targets.usable(f)) usable.push_back(static_cast<Eigen::Index>(f));
  coefficients_ = dataset.coefficients(Eigen::all, usable);
  value_ = targets.truth(Eigen::all, usable);
  inverse_bound_ = targets.bound(Eigen::all, usable).inverse();
  norm_ = coefficients_.colwise().norm().cast<float>();
  directions_.resize(coefficients_.cols(), 2 * coefficients_.rows());
  for (Eigen::Index k = 0; k < coefficients_.cols(); ++k) {
    const Eigen::VectorXcf direction = coefficients_.col(k).normalized().cast<std::complex<float>>();
    directions_.row(k) << direction.real().transpose(), direction.imag().transpose();
  }
}

PriorDraws::Candidates PriorDraws::candidates(const Eigen::MatrixXf& voxels, Eigen::Index first, Eigen::Index last) const {
  const Eigen::Index n_coeff = voxels.rows() / 2, n_voxel = voxels.cols();
  Eigen::MatrixXf turned(voxels.rows(), n_voxel);  // real and imaginary part of f^H c are products with c and with -i c
  turned << voxels.bottomRows(n_coeff), -voxels.topRows(n_coeff);
  Eigen::MatrixXf real, imag;
  Eigen::ArrayXf u, miss, exponent;
  std::vector<float> best(static_cast<std::size_t>(n_voxel), -std::numeric_limits<float>::infinity());
  Candidates found(static_cast<std::size_t>(n_voxel));
  for (Eigen::Index begin = first; begin < last; begin += block_rows) {
    const Eigen::Index n = std::min(block_rows, last - begin);
    real.noalias() = directions_.middleRows(begin, n) * voxels;
    imag.noalias() = directions_.middleRows(begin, n) * turned;
    const auto low = norm_.segment(begin, n) * static_cast<float>(range_.low);
    const auto high = norm_.segment(begin, n) * static_cast<float>(range_.high);
    for (Eigen::Index v = 0; v < n_voxel; ++v) {
      u = (real.col(v).array().square() + imag.col(v).array().square()).sqrt();
      miss = u - u.max(low).min(high);
      exponent = (u - miss) * (u + miss) / 2;
      float& top = best[static_cast<std::size_t>(v)];
      const float highest = exponent.maxCoeff();
      if (highest < top - margin) continue;
      top = std::max(top, highest);
      for (Eigen::Index i = 0; i < n; ++i)
        if (exponent[i] >= top - margin) found[static_cast<std::size_t>(v)].push_back({begin + i, exponent[i]});
    }
  }
  for (std::size_t v = 0; v < found.size(); ++v)
    std::erase_if(found[v], [&](const Candidate& c) { return c.log_likelihood < best[v] - margin; });
  return found;
}

std::vector<WeightedSums> PriorDraws::sums(const Eigen::MatrixXf& voxels, std::size_t begin, std::size_t end) const {
  const Candidates found = candidates(voxels, static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end));
  std::vector<WeightedSums> all;
  for (std::size_t v = 0; v < found.size(); ++v) {
    const Eigen::VectorXd voxel = voxels.col(static_cast<Eigen::Index>(v)).cast<double>();
    Eigen::VectorXcd c(coefficients_.rows());
    c.real() = voxel.head(c.size());
    c.imag() = voxel.tail(c.size());
    WeightedSums sums(static_cast<std::size_t>(value_.rows()));
    for (const Candidate& candidate : found[v]) {
      const auto f = coefficients_.col(candidate.draw);
      const double norm = f.norm();
      sums.add(log_weight(std::abs(f.dot(c)) / norm, norm, range_), inverse_bound_.col(candidate.draw),
               value_.col(candidate.draw));
    }
    all.push_back(std::move(sums));
  }
  return all;
}

}  // namespace crbrt::evaluation
