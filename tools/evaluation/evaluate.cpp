// SPDX-License-Identifier: Apache-2.0
// Measure at every SNR, then average: every mean is over fingerprints first, and only at the end over outputs.
#include "tools/evaluation/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/progress.h"
#include "tools/evaluation/realise.h"
#include "tools/evaluation/spread.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n_bound_bin = 12;

/// Of the means of rows: realisations of one fingerprint share its bias, so that fingerprints count, not voxels.
std::vector<double> row_errors(const Eigen::ArrayXXd& scores) {
  std::vector<double> errors = row_means(scores.square());
  const std::vector<double> means = row_means(scores);
  for (std::size_t j = 0; j < errors.size(); ++j) {
    const auto n = static_cast<double>(scores.row(static_cast<Eigen::Index>(j)).isFinite().count());
    errors[j] = std::sqrt(std::max(0.0, errors[j] - means[j] * means[j]) / n);
  }
  return errors;
}

Coverage coverage_of(const Realisations& r) {
  if (!r.has_residuals()) return {};
  Coverage coverage{row_means(r.within_1),         row_means(r.within_2),  row_means(r.residual),
                    row_means(r.residual_squared), row_errors(r.within_1), row_errors(r.within_2)};
  for (std::size_t j = 0; j < coverage.residual_std.size(); ++j) {
    const double mean = coverage.residual_mean[j];
    coverage.residual_std[j] = std::sqrt(std::max(0.0, coverage.residual_std[j] - mean * mean));
  }
  return coverage;
}

std::vector<double> data_shares(const Realisations& r, const Targets& targets) {
  std::vector<double> shares;
  for (Eigen::Index j = 0; j < r.bias.rows(); ++j) shares.push_back(data_share(targets.truth, r.bias, targets.bound, j));
  return shares;
}

Split split_of(const Realisations& r, const Targets& targets) {
  return {r.snr,
          row_means(r.bias2 / r.bound),
          row_means(r.variance / r.bound),
          row_means(r.bias2),
          row_means(r.variance),
          data_shares(r, targets),
          coverage_of(r)};
}

Detail detail_of(const Realisations& r, const Targets& targets, const physics::Dataset& dataset) {
  Detail detail;
  detail.mean_abs_bias = row_means(r.bias.abs());
  for (Eigen::Index j = 0; j < r.bias.rows(); ++j) {
    detail.bias.push_back(bias_histogram(r, j));
    detail.std_over_sqrt_crb.push_back(std_histogram(r, j));
    detail.by_bound.push_back(split_by_bound(r, j, n_bound_bin));
  }
  detail.parts = parts_of(dataset, targets);
  measure_parts(detail.parts, r.bias2 / r.bound, r.variance / r.bound);
  detail.data_share = data_shares(r, targets);
  return detail;
}

bool has_detail_snr(const Options& options) {
  return std::find(options.snrs.begin(), options.snrs.end(), options.detail_snr) != options.snrs.end();
}

void add_tallies(const Runners& runners, Evaluation& result) {
  for (const auto& runner : runners) {
    result.voxels += runner->n_voxel();
    result.flagged += runner->n_flagged();
    result.kernel_s += runner->kernel_s();
  }
  result.isa = runners.front()->isa();
  result.has_uncertainty = runners.front()->has_std();
}

}  // namespace

std::size_t fingerprint_count(const physics::Dataset& dataset, const Options& options) {
  return options.count == 0 ? dataset.size() : std::min(options.count, dataset.size());
}

std::vector<double> row_means(const Eigen::ArrayXXd& scores) {
  std::vector<double> mean(static_cast<std::size_t>(scores.rows()));
  for (Eigen::Index j = 0; j < scores.rows(); ++j) {
    double sum = 0, n = 0;
    for (double x : scores.row(j)) {
      if (std::isnan(x)) continue;
      sum += x;
      ++n;
    }
    mean[static_cast<std::size_t>(j)] = sum / n;
  }
  return mean;
}

std::vector<double> loss_on(const Program& program, const physics::Dataset& dataset, std::size_t count, const Options& options,
                            const std::string& model_path) {
  const Targets targets =
      targets_of(program, dataset, count == 0 ? dataset.size() : std::min(count, dataset.size()), model_path);
  Runners runners = make_runners(program, options.isa, options.threads);
  base::Progress progress("evaluating on the training set", targets.size());
  return row_means(random_snr_loss(runners, dataset, targets, options.draws, options.seed, [&] { progress.advance(1); }));
}

Evaluation evaluate(const Program& program, const physics::Dataset& dataset, const Options& options,
                    const std::string& model_path) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t count = fingerprint_count(dataset, options);
  const Targets targets = targets_of(program, dataset, count, model_path);
  Runners runners = make_runners(program, options.isa, options.threads);
  const std::size_t n_extra = has_detail_snr(options) ? 1 : 2;  // the loss, and the detail where no SNR of the list gives it
  base::Progress progress("evaluating", count * (options.snrs.size() + n_extra));
  const auto advance = [&] { progress.advance(1); };
  const auto at = [&](double snr) {
    return realise(runners, dataset, targets, snr, options.realisations, options.seed, advance);
  };

  Evaluation result;
  result.outputs = targets.names;
  result.units = targets.units;
  result.loss = row_means(random_snr_loss(runners, dataset, targets, options.draws, options.seed, advance));
  for (double loss : result.loss) result.loss_mean += loss / static_cast<double>(result.loss.size());
  for (const double snr : options.snrs) {
    const Realisations r = at(snr);
    result.splits.push_back(split_of(r, targets));
    if (snr == options.detail_snr) result.detail = detail_of(r, targets, dataset);
  }
  if (!has_detail_snr(options)) result.detail = detail_of(at(options.detail_snr), targets, dataset);
  result.fingerprints = targets.n_usable();
  result.dropped = count - result.fingerprints;
  add_tallies(runners, result);
  result.total_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace crbrt::evaluation
