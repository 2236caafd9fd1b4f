// SPDX-License-Identifier: Apache-2.0
// One stream of random numbers per fingerprint and SNR, one column of results per fingerprint: threads cannot matter.
#include "tools/evaluation/realise.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "base/parallel.h"
#include "tools/evaluation/fingerprint_noise.h"

namespace crbrt::evaluation {
namespace {

Eigen::ArrayXXd empty_scores(const Targets& targets) {
  return Eigen::ArrayXXd::Constant(targets.truth.rows(), targets.truth.cols(), std::nan(""));
}

/// Residuals of one output of one fingerprint.
void score_residuals(const ModelRunner& runner, double truth, Eigen::Index j, Eigen::Index f, Realisations& out) {
  double within_1 = 0, within_2 = 0, sum = 0, square = 0;
  const auto output = static_cast<std::size_t>(j);
  for (std::size_t n = 0; n < out.n; ++n) {
    const double z = (runner.estimate(n, output) - truth) / runner.std(n, output);
    within_1 += std::abs(z) <= 1;
    within_2 += std::abs(z) <= 2;
    sum += z;
    square += z * z;
  }
  const double n = static_cast<double>(out.n);
  out.within_1(j, f) = within_1 / n;
  out.within_2(j, f) = within_2 / n;
  out.residual(j, f) = sum / n;
  out.residual_squared(j, f) = square / n;
}

void score_fingerprint(const ModelRunner& runner, const Targets& targets, Eigen::Index f, Realisations& out) {
  std::vector<double> errors(out.n);
  for (Eigen::Index j = 0; j < targets.truth.rows(); ++j) {
    for (std::size_t n = 0; n < out.n; ++n) errors[n] = runner.estimate(n, static_cast<std::size_t>(j)) - targets.truth(j, f);
    const ErrorSplit split = split_error(errors);
    out.bias(j, f) = split.mean;
    out.bias2(j, f) = split.bias2;
    out.variance(j, f) = split.variance;
    if (out.has_residuals()) score_residuals(runner, targets.truth(j, f), j, f, out);
  }
}

}  // namespace

// Two passes in double: the errors are small differences of large numbers only once.
ErrorSplit split_error(std::span<const double> errors) noexcept {
  const double n = static_cast<double>(errors.size());
  double mean = 0;
  for (double e : errors) mean += e / n;
  double variance = 0;
  for (double e : errors) variance += (e - mean) * (e - mean) / (n - 1);
  return {.mean = mean, .bias2 = mean * mean - variance / n, .variance = variance};
}

ModelRunner::ModelRunner(const Program& program, Isa isa)
    : program_(program), n_output_(program.n_output), session_(program, isa) {}

void ModelRunner::run(View2<const float> rows, double sigma) {
  using Clock = std::chrono::steady_clock;
  const std::size_t n = rows.rows;
  estimates_.resize(n * n_output_);
  status_.resize(n);
  Results results{.estimates = {estimates_.data(), n, n_output_},
                  .status = {status_.data(), status_.size()},
                  .sigma = static_cast<float>(sigma)};
  if (has_std()) {
    std_.resize(n * n_output_);
    results.standard_deviations = {std_.data(), n, n_output_};
  }
  if (has_atypicality()) {
    atypicality_.resize(n);
    results.atypicality = {atypicality_.data(), n};
  }
  const auto start = Clock::now();
  const Status status = session_->run(Coefficients::rows(rows.data, n, rows.columns / 2, rows.row_stride), results);
  kernel_s_ += std::chrono::duration<double>(Clock::now() - start).count();
  if (status != Status::ok) throw std::runtime_error(message(status));
  n_voxel_ += n;
  n_flagged_ += static_cast<std::size_t>(
      std::count_if(status_.begin(), status_.end(), [](VoxelStatus s) { return s != VoxelStatus::ok; }));
}

Runners make_runners(const Program& program, Isa isa, unsigned threads) {
  Runners runners;
  for (unsigned t = 0; t < threads; ++t) runners.push_back(std::make_unique<ModelRunner>(program, isa));
  return runners;
}

Realisations realise(Runners& runners, const physics::Dataset& dataset, const Targets& targets, double snr, std::size_t n,
                     std::uint64_t seed, const std::function<void()>& advance) {
  const Eigen::ArrayXXd empty = empty_scores(targets);
  Realisations out{snr, n, empty, empty, empty, targets.bound / (snr * snr), {}, {}, {}, {}};
  if (runners.front()->has_std()) out.within_1 = out.within_2 = out.residual = out.residual_squared = empty;
  std::vector<FingerprintNoise> noise(runners.size(), FingerprintNoise(dataset, seed));
  base::for_each_index(targets.size(), static_cast<unsigned>(runners.size()), [&](unsigned thread, std::size_t f) {
    advance();
    if (!targets.usable(f)) return;
    runners[thread]->run(noise[thread].fixed_snr(f, snr, n), noise[thread].sigma());
    score_fingerprint(*runners[thread], targets, static_cast<Eigen::Index>(f), out);
  });
  return out;
}

Eigen::ArrayXXd random_snr_loss(Runners& runners, const physics::Dataset& dataset, const Targets& targets, std::size_t draws,
                                std::uint64_t seed, const std::function<void()>& advance) {
  Eigen::ArrayXXd loss = empty_scores(targets);
  std::vector<FingerprintNoise> noise(runners.size(), FingerprintNoise(dataset, seed));
  base::for_each_index(targets.size(), static_cast<unsigned>(runners.size()), [&](unsigned thread, std::size_t f) {
    advance();
    if (!targets.usable(f)) return;
    runners[thread]->run(noise[thread].random_snr(f, draws), noise[thread].sigma());
    const auto column = static_cast<Eigen::Index>(f);
    for (std::size_t j = 0; j < targets.n_output(); ++j) {
      const auto row = static_cast<Eigen::Index>(j);
      double sum = 0;
      for (std::size_t n = 0; n < draws; ++n) {
        const double error = runners[thread]->estimate(n, j) - targets.truth(row, column), snr = noise[thread].snr()[n];
        sum += error * error * snr * snr / targets.bound(row, column);
      }
      loss(row, column) = sum / static_cast<double>(draws);
    }
  });
  return loss;
}

}  // namespace crbrt::evaluation
