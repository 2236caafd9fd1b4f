// SPDX-License-Identifier: Apache-2.0
/// Many noise realisations of every fingerprint at one SNR: bias, variance ([paper] Eq. 2 to 5) and how honest the predicted
/// errors are. The estimates come from a session of the runtime, one a thread.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/bound_session.h"
#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

/// The squared error of an estimator split into bias and variance, without the optimism of a finite number of realisations.
/// For errors e_n = estimate_n - truth, n < N, with mean m and unbiased variance v = sum (e_n - m)^2 / (N - 1):
///   mean = m     variance = v     bias2 = m^2 - v / N     so that bias2 + variance = sum e_n^2 / N, which is Eq. 4.
/// The mean of N noisy estimates misses the truth by v / N on average even without bias, hence the subtraction;
/// bias2 of a single fingerprint may therefore be negative, its average over fingerprints is not biased.
struct ErrorSplit {
  double mean = 0;
  double bias2 = 0;
  double variance = 0;
  double mean_square() const noexcept { return bias2 + variance; }
};

/// Needs at least two errors.
ErrorSplit split_error(std::span<const double> errors) noexcept;

/// A session with the arena and the buffers it needs, for one thread.
class ModelRunner {
 public:
  /// `program` must outlive the runner. Throws base::Error when the session cannot be bound (an ISA this CPU lacks: usage).
  ModelRunner(const Program& program, Isa isa);

  /// Everything the program can say about these voxels, rows of real, then imaginary parts; sigma is the noise of each real and
  /// imaginary part. The shape is the caller's duty and a mismatch is an internal error. Answers are valid until the next call.
  void run(View2<const float> rows, double sigma);

  float estimate(std::size_t voxel, std::size_t output) const { return estimates_[voxel * n_output_ + output]; }
  float std(std::size_t voxel, std::size_t output) const { return std_[voxel * n_output_ + output]; }
  float atypicality(std::size_t voxel) const { return atypicality_[voxel]; }
  bool has_std() const noexcept { return program_.uncertainty != nullptr; }
  bool has_atypicality() const noexcept { return program_.atypicality != nullptr; }

  Isa isa() const noexcept { return session_->isa(); }
  std::size_t n_voxel() const noexcept { return n_voxel_; }      ///< of all calls
  std::size_t n_flagged() const noexcept { return n_flagged_; }  ///< of all calls: status is not ok
  double kernel_s() const noexcept { return kernel_s_; }         ///< of all calls

 private:
  const Program& program_;
  std::size_t n_output_;
  base::BoundSession session_;
  std::vector<float> estimates_, std_, atypicality_;
  std::vector<VoxelStatus> status_;
  std::size_t n_voxel_ = 0, n_flagged_ = 0;
  double kernel_s_ = 0;
};

/// Means over realisations, [n_output, n_fingerprint]; NaN in columns without a bound.
struct Realisations {
  double snr = 0;
  std::size_t n = 0;         ///< realisations of each fingerprint
  Eigen::ArrayXXd bias;      ///< mean error, SI (Eq. 2)
  Eigen::ArrayXXd bias2;     ///< its square without the share of the noise, SI squared; may be negative
  Eigen::ArrayXXd variance;  ///< SI squared (Eq. 3 with N - 1)
  Eigen::ArrayXXd bound;     ///< CRB at this SNR, SI squared
  // Of the standardised residuals (estimate - truth) / predicted std; without columns where the model predicts none.
  Eigen::ArrayXXd within_1, within_2;          ///< share below 1 and 2
  Eigen::ArrayXXd residual, residual_squared;  ///< mean, mean square

  bool has_residuals() const { return residual.cols() > 0; }
};

/// One per thread; they keep tallies over all calls.
using Runners = std::vector<std::unique_ptr<ModelRunner>>;
Runners make_runners(const Program& program, Isa isa, unsigned threads);

/// Does not depend on the number of threads. `advance` is called once per fingerprint, possibly from several threads.
Realisations realise(Runners& runners, const physics::Dataset& dataset, const Targets& targets, double snr, std::size_t n,
                     std::uint64_t seed, const std::function<void()>& advance);

/// Squared error over the bound at SNR uniform in the data set's range, mean over `draws`, [n_output, n_fingerprint].
Eigen::ArrayXXd random_snr_loss(Runners& runners, const physics::Dataset& dataset, const Targets& targets, std::size_t draws,
                                std::uint64_t seed, const std::function<void()>& advance);

}  // namespace crbrt::evaluation
