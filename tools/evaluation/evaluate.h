// SPDX-License-Identifier: Apache-2.0
/// Measures a model against the Cramér-Rao bound on a data set ([paper] Section 2.7), with the runtime's own kernels.
///
/// Voxels are M0 * c + noise with sigma = 1 / snr_max of the data set and |M0| = SNR * sigma, so |M0| <= 1 as in [paper]
/// (and above it beyond the training range); bounds are those of a real-valued estimator in the compressed domain, scaled by
/// (sigma / |M0|)^2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"
#include "tools/evaluation/distribution.h"
#include "tools/evaluation/parts.h"

namespace crbrt::evaluation {

struct Options {
  std::size_t count = 0;           ///< fingerprints from the front of the data set; 0: all
  std::size_t draws = 10;          ///< of |M0|, phase and noise per fingerprint for the loss
  std::size_t realisations = 300;  ///< of the noise per fingerprint and SNR for the split
  std::vector<double> snrs = {3, 5, 10, 20, 50, 100, 200, 500};
  double detail_snr = 50;  ///< of the distributions; measured even where snrs lacks it
  std::uint64_t seed = 1;
  Isa isa = Isa::automatic;
  unsigned threads = 1;
};

/// How honest the predicted standard deviations are at one SNR, one value per output: shares of |estimate - truth| within 1
/// and 2 predicted standard deviations, mean and standard deviation of (estimate - truth) / predicted.
struct Coverage {
  std::vector<double> within_1, within_2, residual_mean, residual_std;
  std::vector<double> within_1_error{},
      within_2_error{};  ///< standard errors of the shares, from their spread over fingerprints
};

/// Averages over fingerprints at one SNR, one value per output. bias2_over_crb + var_over_crb is the loss there.
struct Split {
  double snr = 0;
  std::vector<double> bias2_over_crb, var_over_crb;
  std::vector<double> bias2, variance;  ///< not normalised, SI squared: [paper]'s split of the MSE loss
  /// How much of the estimate follows the data: 0 for the prior's mean, 1 without bias (spread.h); NaN where nothing varies.
  std::vector<double> data_share;
  Coverage coverage;  ///< empty vectors for a model that predicts no standard deviations
};

/// Distributions over fingerprints at Options::detail_snr, one element per output.
struct Detail {
  std::vector<double> mean_abs_bias;  ///< SI
  std::vector<Histogram> bias, std_over_sqrt_crb;
  std::vector<BoundBins> by_bound;
  std::vector<PartedParameter> parts;  ///< where in the space of parameters the loss comes from
  std::vector<double> data_share;      ///< as Split::data_share
};

struct Evaluation {
  std::vector<std::string> outputs, units;
  std::vector<double> loss;   ///< per output, SNR uniform in the data set's range
  double loss_mean = 0;       ///< over outputs
  std::vector<Split> splits;  ///< order of Options::snrs
  Detail detail;
  bool has_uncertainty = false;
  std::size_t fingerprints = 0;
  std::size_t dropped = 0;  ///< fingerprints with a bound that is not finite and positive
  std::size_t voxels = 0;
  std::size_t flagged = 0;  ///< voxels whose status was not ok
  double kernel_s = 0;      ///< in the runtime, summed over threads
  double total_s = 0;
  Isa isa = Isa::automatic;  ///< the one that ran
};

/// The result does not depend on the number of threads. Throws base::DisagreementError naming `model_path` when the data set
/// has another rank or cannot bound an output.
Evaluation evaluate(const Program& program, const physics::Dataset& dataset, const Options& options,
                    const std::string& model_path);

/// The loss alone, of the first `count` fingerprints (0: all), per output at SNR uniform in the data set's range: of the
/// training set, say, beside that of unseen fingerprints. Throws as evaluate().
std::vector<double> loss_on(const Program& program, const physics::Dataset& dataset, std::size_t count, const Options& options,
                            const std::string& model_path);

/// Fingerprints that `options.count` means.
std::size_t fingerprint_count(const physics::Dataset& dataset, const Options& options);

/// Mean over the columns that are not NaN, per row; NaN where there is none.
std::vector<double> row_means(const Eigen::ArrayXXd& scores);

}  // namespace crbrt::evaluation
