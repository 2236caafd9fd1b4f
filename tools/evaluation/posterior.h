// SPDX-License-Identifier: Apache-2.0
/// The best estimate of a voxel by importance sampling: fingerprints drawn from the prior, weighted by their likelihood.
///
/// A voxel is c = s e^(i phi) f + noise in units of sigma: s = |M0| / sigma is uniform in the SNR range, the phase uniform, and
/// neither is known. The loss (x - theta)^2 s^2 / bound is least at x = E[theta w | c] / E[w | c] with w = s^2 / bound, so a
/// draw f counts with
///   W / bound,   W = integral over s and phi of s^2 exp(-||c - s e^(i phi) f||^2 / 2).
/// The phase gives 2 pi I0(s |f^H c|). With u = |f^H c| / ||f||, t = s ||f|| and I0e(x) = exp(-x) I0(x), and without what all
/// draws share,
///   W = ||f||^-3 exp(u^2 / 2) integral over t of t^2 exp(-(t - u)^2 / 2) I0e(t u).
#pragma once

#include <Eigen/Core>
#include <limits>
#include <vector>

#include "physics/io/dataset.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

struct SnrRange {
  double low, high;
};

/// log W of a draw of norm ||f|| = `norm`; good to 1e-6 for u * norm * range.low >= 1.
double log_weight(double u, double norm, SnrRange range);

/// Sums over draws, in units of exp(log_scale), one element per output.
struct WeightedSums {
  double log_scale = -std::numeric_limits<double>::infinity();
  Eigen::ArrayXd weight, weight_squared, weighted_value;

  explicit WeightedSums(std::size_t n_output);
  void add(double log_weight, const Eigen::Ref<const Eigen::ArrayXd>& inverse_bound,
           const Eigen::Ref<const Eigen::ArrayXd>& value);
  void merge(const WeightedSums& other);
  Eigen::ArrayXd estimate() const { return weighted_value / weight; }
  /// Equal weights of so many draws would be as good a sample.
  Eigen::ArrayXd effective_draws() const { return weight.square() / weight_squared; }

 private:
  void rescale_to(double log_weight);
};

/// Fingerprints with their true values and bounds; those without a bound are left out.
class PriorDraws {
 public:
  PriorDraws(const physics::Dataset& dataset, const Targets& targets, SnrRange range);

  std::size_t size() const { return static_cast<std::size_t>(norm_.size()); }

  /// `voxels` [2 * n_coeff, n_voxel] in units of sigma: real parts, then imaginary parts. Only the draws [begin, end) count.
  std::vector<WeightedSums> sums(const Eigen::MatrixXf& voxels, std::size_t begin, std::size_t end) const;

 private:
  struct Candidate {
    Eigen::Index draw;
    float log_likelihood;
  };
  using Candidates = std::vector<std::vector<Candidate>>;  ///< of each voxel

  Candidates candidates(const Eigen::MatrixXf& voxels, Eigen::Index begin, Eigen::Index end) const;

  SnrRange range_;
  Eigen::MatrixXf directions_;     ///< [n_draw, 2 * n_coeff] of f / ||f||
  Eigen::MatrixXcd coefficients_;  ///< [n_coeff, n_draw]
  Eigen::ArrayXf norm_;            ///< [n_draw]
  Eigen::ArrayXXd value_;          ///< [n_output, n_draw]
  Eigen::ArrayXXd inverse_bound_;  ///< [n_output, n_draw]
};

}  // namespace crbrt::evaluation
