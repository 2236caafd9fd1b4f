/// Measures a model against the Cramér-Rao bound on a data set (paper Section 2.7), with the runtime's own kernels.
///
/// Voxels are M0 * c + noise with sigma = 1 / snr_max of the data set and |M0| = SNR * sigma, so |M0| <= 1 as in the paper;
/// bounds are those of a real-valued estimator in the compressed domain, scaled by (sigma / |M0|)^2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

struct Options {
  std::size_t count = 0;           ///< fingerprints from the front of the data set; 0: all
  std::size_t draws = 10;          ///< of |M0|, phase and noise per fingerprint for the loss
  std::size_t realisations = 300;  ///< of the noise per fingerprint and SNR for the split
  std::vector<double> snrs = {10, 20, 50, 100};
  std::uint64_t seed = 1;
  Isa isa = Isa::automatic;
  unsigned threads = 1;
};

/// Averages over fingerprints at one SNR, one value per output. bias2_over_crb + var_over_crb is the loss there.
struct Split {
  double snr = 0;
  std::vector<double> bias2_over_crb, var_over_crb;
};

struct Evaluation {
  std::vector<std::string> outputs;
  std::vector<double> loss;   ///< per output, SNR uniform in the data set's range
  double loss_mean = 0;       ///< over outputs
  std::vector<Split> splits;  ///< order of Options::snrs
  std::size_t fingerprints = 0;
  std::size_t dropped = 0;  ///< fingerprints with a bound that is not finite and positive
  std::size_t voxels = 0;
  std::size_t flagged = 0;  ///< voxels whose status was not ok
  double kernel_s = 0;      ///< in the runtime, summed over threads
  double total_s = 0;
  Isa isa = Isa::automatic;  ///< the one that ran
};

/// The result does not depend on the number of threads. Throws cli::DisagreementError naming `model_path` when the data set
/// has another rank or cannot bound an output.
Evaluation evaluate(const Program& program, const physics::Dataset& dataset, const Options& options,
                    const std::string& model_path);

}  // namespace crbrt::evaluation
