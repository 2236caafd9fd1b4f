// SPDX-License-Identifier: Apache-2.0
// One pass over the draws for all voxels of a fingerprint: every SNR shares the matrix product.
#include "tools/evaluation/floor.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/median.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "tools/evaluation/evaluate.h"
#include "tools/evaluation/fingerprint_noise.h"
#include "tools/evaluation/posterior.h"
#include "tools/evaluation/realise.h"

namespace crbrt::evaluation {
namespace {

/// Of one condition (SNR at random, or one SNR): means over the voxels of a fingerprint, [n_output, n_fingerprint].
struct Scores {
  Eigen::ArrayXXd loss, half, with_truth, model;
  Eigen::ArrayXXd effective_draws;  ///< [n_output, n_fingerprint * n_draw]

  Scores(std::size_t n_output, std::size_t n_fingerprint, std::size_t n_draw)
      : loss(Eigen::ArrayXXd::Constant(static_cast<Eigen::Index>(n_output), static_cast<Eigen::Index>(n_fingerprint),
                                       std::nan(""))),
        half(loss),
        with_truth(loss),
        model(loss),
        effective_draws(Eigen::ArrayXXd::Constant(loss.rows(), loss.cols() * static_cast<Eigen::Index>(n_draw), std::nan(""))) {
  }
};

/// The noisy voxels of one fingerprint under all conditions, and what the model says about them.
struct Voxels {
  Eigen::MatrixXf coefficients;  ///< [2 * n_coeff, n_condition * n_draw] in units of sigma
  Eigen::ArrayXXd model;         ///< [n_output, n_condition * n_draw]
  std::vector<double> snr;
};

class FloorMeter {
 public:
  FloorMeter(const Program& program, const physics::Dataset& dataset, const physics::Dataset& prior,
             const FloorOptions& options, const std::string& model_path)
      : dataset_(dataset),
        options_(options),
        range_{dataset.snr_min, dataset.snr_max},
        targets_(targets_of(program, dataset, std::min(options.count, dataset.size()), model_path)),
        prior_(prior, targets_of(program, prior, prior.size(), model_path), range_),
        runners_(make_runners(program, options.isa, options.threads)),
        noise_(options.threads, FingerprintNoise(dataset, options.seed)) {
    if (prior_.size() < 2)
      throw base::DisagreementError(model_path, "a prior of at least two fingerprints with a bound",
                                    std::to_string(prior_.size()));
    for (const double snr : options.snrs)
      if (snr >= range_.low && snr <= range_.high) snrs_.push_back(snr);
    scores_.assign(1 + snrs_.size(), Scores(targets_.n_output(), targets_.size(), options.draws));
  }

  Floor measure() {
    base::Progress progress("floor", targets_.size());
    base::for_each_index(targets_.size(), options_.threads, [&](unsigned thread, std::size_t f) {
      progress.advance(1);
      if (targets_.usable(f)) measure_fingerprint(thread, f);
    });
    Floor floor{targets_.n_usable(), options_.draws, prior_.size(), losses(scores_.front()), snrs_, {}};
    for (std::size_t s = 1; s < scores_.size(); ++s) floor.at_snr.push_back(losses(scores_[s]));
    return floor;
  }

 private:
  Voxels voxels_of(unsigned thread, std::size_t f) {
    Voxels voxels;
    const auto n = static_cast<Eigen::Index>(scores_.size() * options_.draws);
    voxels.coefficients.resize(2 * dataset_.coefficients.rows(), n);
    voxels.model.resize(targets_.truth.rows(), n);
    FingerprintNoise& noise = noise_[thread];
    for (std::size_t s = 0; s < scores_.size(); ++s) {
      const auto view = s == 0 ? noise.random_snr(f, options_.draws) : noise.fixed_snr(f, snrs_[s - 1], options_.draws);
      const Eigen::Map<const Eigen::MatrixXf> block(view.data, voxels.coefficients.rows(),
                                                    static_cast<Eigen::Index>(options_.draws));
      const auto first = static_cast<Eigen::Index>(s * options_.draws);
      voxels.coefficients.middleCols(first, block.cols()) = block / static_cast<float>(noise.sigma());
      voxels.snr.insert(voxels.snr.end(), noise.snr().begin(), noise.snr().end());
      runners_[thread]->run(view, noise.sigma());
      for (Eigen::Index v = 0; v < block.cols(); ++v)
        for (Eigen::Index j = 0; j < voxels.model.rows(); ++j)
          voxels.model(j, first + v) = runners_[thread]->estimate(static_cast<std::size_t>(v), static_cast<std::size_t>(j));
    }
    return voxels;
  }

  /// The weight of the true fingerprint itself.
  WeightedSums truth_of(std::size_t f, const Eigen::VectorXf& voxel) const {
    const auto column = static_cast<Eigen::Index>(f);
    const auto truth = dataset_.coefficients.col(column);
    Eigen::VectorXcd c(truth.size());
    c.real() = voxel.head(c.size()).cast<double>();
    c.imag() = voxel.tail(c.size()).cast<double>();
    WeightedSums sums(targets_.n_output());
    sums.add(log_weight(std::abs(truth.dot(c)) / truth.norm(), truth.norm(), range_), targets_.bound.col(column).inverse(),
             targets_.truth.col(column));
    return sums;
  }

  void measure_fingerprint(unsigned thread, std::size_t f) {
    const auto column = static_cast<Eigen::Index>(f);
    const Voxels voxels = voxels_of(thread, f);
    const std::size_t middle = prior_.size() / 2;
    const std::vector<WeightedSums> first = prior_.sums(voxels.coefficients, 0, middle),
                                    second = prior_.sums(voxels.coefficients, middle, prior_.size());
    for (Scores& scores : scores_)
      scores.loss.col(column) = scores.half.col(column) = scores.with_truth.col(column) = scores.model.col(column) = 0;
    for (std::size_t v = 0; v < first.size(); ++v) {
      Scores& scores = scores_[v / options_.draws];
      const double share = voxels.snr[v] * voxels.snr[v] / static_cast<double>(options_.draws);
      const auto score = [&](const Eigen::ArrayXd& estimate) -> Eigen::ArrayXd {
        return (estimate - targets_.truth.col(column)).square() / targets_.bound.col(column) * share;
      };
      WeightedSums all = first[v];
      all.merge(second[v]);
      scores.loss.col(column) += score(all.estimate());
      scores.half.col(column) += (score(first[v].estimate()) + score(second[v].estimate())) / 2;
      scores.model.col(column) += score(voxels.model.col(static_cast<Eigen::Index>(v)));
      scores.effective_draws.col(static_cast<Eigen::Index>(f * options_.draws + v % options_.draws)) = all.effective_draws();
      all.merge(truth_of(f, voxels.coefficients.col(static_cast<Eigen::Index>(v))));
      scores.with_truth.col(column) += score(all.estimate());
    }
  }

  static OutputMeans means(const Eigen::ArrayXXd& scores) {
    OutputMeans result{row_means(scores), 0};
    for (const double x : result.of_output) result.mean += x / static_cast<double>(result.of_output.size());
    return result;
  }

  /// Standard error of the means over fingerprints.
  OutputMeans errors(const Eigen::ArrayXXd& scores) const {
    const auto error = [&](const Eigen::ArrayXXd& x) {
      const double n = static_cast<double>(targets_.n_usable()), mean = row_means(x)[0], square = row_means(x.square())[0];
      return std::sqrt(std::max(0.0, square - mean * mean) / n);
    };
    OutputMeans result{{}, error(scores.colwise().mean())};
    for (Eigen::Index j = 0; j < scores.rows(); ++j) result.of_output.push_back(error(scores.row(j)));
    return result;
  }

  static double median(const Eigen::ArrayXd& values) {
    std::vector<double> defined;
    for (const double x : values)
      if (!std::isnan(x)) defined.push_back(x);
    if (defined.empty()) return std::nan("");
    return base::upper_median(defined);
  }

  FloorLosses losses(const Scores& scores) const {
    FloorLosses result{means(scores.loss),
                       errors(scores.loss),
                       means(scores.half),
                       means(scores.with_truth),
                       means(scores.model),
                       errors(scores.model - scores.loss),
                       {}};
    for (Eigen::Index j = 0; j < scores.effective_draws.rows(); ++j)
      result.effective_draws.push_back(median(scores.effective_draws.row(j)));
    return result;
  }

  const physics::Dataset& dataset_;
  const FloorOptions& options_;
  SnrRange range_;
  Targets targets_;
  PriorDraws prior_;
  Runners runners_;
  std::vector<FingerprintNoise> noise_;
  std::vector<double> snrs_;
  std::vector<Scores> scores_;
};

}  // namespace

double FloorLosses::least_effective_draws() const { return *std::min_element(effective_draws.begin(), effective_draws.end()); }

Floor measure_floor(const Program& program, const physics::Dataset& dataset, const physics::Dataset& prior,
                    const FloorOptions& options, const std::string& model_path) {
  return FloorMeter(program, dataset, prior, options, model_path).measure();
}

}  // namespace crbrt::evaluation
