// One stream of random numbers per fingerprint and condition, one slot of results per fingerprint: threads cannot matter.
#include "tools/eval/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "physics/estimand.h"
#include "tools/cli/error.h"
#include "tools/cli/progress.h"
#include "tools/eval/error_split.h"
#include "tools/eval/fingerprint_noise.h"
#include "tools/eval/model_runner.h"
#include "tools/eval/parallel.h"

namespace crbrt::evaluation {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Per output and fingerprint; NaN where the fingerprint was dropped.
struct Scores {
  Eigen::ArrayXXd loss;                          // [n_output, n_fingerprint]
  std::vector<Eigen::ArrayXXd> bias2, variance;  // per SNR

  Scores(Eigen::Index n_output, Eigen::Index n_fingerprint, std::size_t n_snr)
      : loss(Eigen::ArrayXXd::Constant(n_output, n_fingerprint, std::nan(""))), bias2(n_snr, loss), variance(n_snr, loss) {}
};

std::vector<physics::Estimand> estimands_of(const Program& program, const std::string& model_path) {
  std::vector<physics::Estimand> estimands;
  for (std::uint32_t j = 0; j < program.n_output; ++j) {
    const auto estimand = physics::Estimand::from_name(program.outputs[j].name);
    if (!estimand) throw cli::DisagreementError(model_path, "outputs with a known bound", program.outputs[j].name);
    estimands.push_back(*estimand);
  }
  return estimands;
}

/// One thread's model, buffers and tallies.
class Worker {
 public:
  Worker(const Program& program, const physics::Dataset& dataset, const std::vector<physics::Estimand>& estimands,
         const Options& options, Scores& scores)
      : dataset_(dataset),
        estimands_(estimands),
        options_(options),
        scores_(scores),
        runner_(program, options.isa),
        noise_(dataset, options.seed) {}

  void score(std::size_t f) {
    truth_.resize(estimands_.size());
    bound_.resize(estimands_.size());
    for (std::size_t j = 0; j < estimands_.size(); ++j) {
      truth_[j] = estimands_[j].value(dataset_.tissues[f]);
      bound_[j] = estimands_[j].bound(dataset_.tissues[f], dataset_.crb.col(static_cast<Eigen::Index>(f)), dataset_.t1_model);
      if (!std::isfinite(bound_[j]) || bound_[j] <= 0) return;
    }
    score_loss(f);
    for (std::size_t s = 0; s < options_.snrs.size(); ++s) score_split(f, s);
    ++fingerprints;
  }

  Isa isa() const noexcept { return runner_.isa(); }
  std::size_t fingerprints = 0, voxels = 0, flagged = 0;
  double kernel_s = 0;

 private:
  void score_loss(std::size_t f) {
    run(noise_.random_snr(f, options_.draws));
    for (std::size_t j = 0; j < estimands_.size(); ++j) {
      double sum = 0;
      for (std::size_t n = 0; n < options_.draws; ++n) {
        const double snr = noise_.snr()[n];
        sum += error(n, j) * error(n, j) * snr * snr / bound_[j];
      }
      scores_.loss(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(f)) = sum / static_cast<double>(options_.draws);
    }
  }

  void score_split(std::size_t f, std::size_t s) {
    const double snr = options_.snrs[s];
    run(noise_.fixed_snr(f, s, snr, options_.realisations));
    errors_.resize(options_.realisations);
    for (std::size_t j = 0; j < estimands_.size(); ++j) {
      for (std::size_t n = 0; n < errors_.size(); ++n) errors_[n] = error(n, j);
      const ErrorSplit split = split_error(errors_);
      const auto row = static_cast<Eigen::Index>(j), column = static_cast<Eigen::Index>(f);
      scores_.bias2[s](row, column) = split.bias2 * snr * snr / bound_[j];
      scores_.variance[s](row, column) = split.variance * snr * snr / bound_[j];
    }
  }

  double error(std::size_t n, std::size_t j) const { return estimates_[n * estimands_.size() + j] - truth_[j]; }

  void run(View2<const float> coefficients) {
    estimates_.resize(coefficients.rows * estimands_.size());
    status_.resize(coefficients.rows);
    const auto start = Clock::now();
    runner_.run(coefficients, {estimates_.data(), coefficients.rows, estimands_.size()}, {status_.data(), status_.size()});
    kernel_s += seconds_since(start);
    voxels += coefficients.rows;
    flagged += static_cast<std::size_t>(
        std::count_if(status_.begin(), status_.end(), [](VoxelStatus s) { return s != VoxelStatus::ok; }));
  }

  const physics::Dataset& dataset_;
  const std::vector<physics::Estimand>& estimands_;
  const Options& options_;
  Scores& scores_;
  ModelRunner runner_;
  FingerprintNoise noise_;
  std::vector<double> truth_, bound_, errors_;
  std::vector<float> estimates_;
  std::vector<VoxelStatus> status_;
};

/// Mean over the fingerprints that were not dropped, per output.
std::vector<double> means(const Eigen::ArrayXXd& scores) {
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

}  // namespace

Evaluation evaluate(const Program& program, const physics::Dataset& dataset, const Options& options,
                    const std::string& model_path) {
  const auto start = Clock::now();
  if (static_cast<Eigen::Index>(program.n_coeff) != dataset.coefficients.rows())
    throw cli::DisagreementError(model_path,
                                 std::to_string(dataset.coefficients.rows()) + " coefficients per voxel as in the data set",
                                 std::to_string(program.n_coeff));
  const std::size_t count = options.count == 0 ? dataset.size() : std::min(options.count, dataset.size());
  const auto estimands = estimands_of(program, model_path);
  Scores scores(static_cast<Eigen::Index>(estimands.size()), static_cast<Eigen::Index>(count), options.snrs.size());

  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned t = 0; t < options.threads; ++t)
    workers.push_back(std::make_unique<Worker>(program, dataset, estimands, options, scores));
  cli::Progress progress("evaluating", count);
  try {
    for_each_index(count, options.threads, [&](unsigned thread, std::size_t f) {
      workers[thread]->score(f);
      progress.advance(1);
    });
  } catch (const std::invalid_argument& e) {
    throw cli::DisagreementError(model_path, "outputs that the data set can bound", e.what());
  }

  Evaluation result;
  for (const auto& estimand : estimands) result.outputs.push_back(estimand.name());
  result.loss = means(scores.loss);
  for (double loss : result.loss) result.loss_mean += loss / static_cast<double>(result.loss.size());
  for (std::size_t s = 0; s < options.snrs.size(); ++s)
    result.splits.push_back({options.snrs[s], means(scores.bias2[s]), means(scores.variance[s])});
  for (const auto& worker : workers) {
    result.fingerprints += worker->fingerprints;
    result.voxels += worker->voxels;
    result.flagged += worker->flagged;
    result.kernel_s += worker->kernel_s;
  }
  result.dropped = count - result.fingerprints;
  result.isa = workers.front()->isa();
  result.total_s = seconds_since(start);
  return result;
}

}  // namespace crbrt::evaluation
