// One stream of random numbers per fingerprint and SNR, one column of results per fingerprint: threads cannot matter.
#include "tools/eval/realise.h"

#include <cmath>

#include "tools/eval/error_split.h"
#include "tools/eval/fingerprint_noise.h"
#include "tools/eval/parallel.h"

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
  for_each_index(targets.size(), static_cast<unsigned>(runners.size()), [&](unsigned thread, std::size_t f) {
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
  for_each_index(targets.size(), static_cast<unsigned>(runners.size()), [&](unsigned thread, std::size_t f) {
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
