// SPDX-License-Identifier: Apache-2.0
/// Tissue priors: truncated Gaussians and uniform distributions per parameter, mixtures of named classes, read from JSON
/// (read_prior in io/sequence_io.h). Draws are counter-based: fingerprint i of seed k is the same whatever else is drawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/counter_random.h"
#include "physics/crb.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// One parameter's marginal. Gaussian draws are redrawn until they lie in [minimum, maximum].
struct Marginal {
  enum class Kind { fixed, gaussian, uniform } kind = Kind::fixed;
  double mean = 0;       ///< fixed: the value
  double std = 0;        ///< gaussian only
  double minimum = 0;    ///< fixed: the value
  double maximum = 0;    ///< fixed: the value
  bool as_time = false;  ///< the numbers describe T = 1/R of a rate parameter, in seconds

  /// The share of draws that lies in [low, high], before truncation: 1 / share is the expected number of redraws.
  double share(double low, double high) const noexcept;
};

/// One class of tissue, e.g. "main", "csf", "fat".
struct TissueClass {
  std::string name;
  double weight = 1;                           ///< relative frequency
  std::array<Marginal, n_parameter> marginal;  ///< order of Parameter
  bool t2_free_at_most_t1 = false;             ///< T2f is redrawn until T2f <= T1f ([paper] Section 2.4)
};

struct Prior {
  std::string name;
  T1Model t1_model = T1Model::apparent;  ///< apparent: r1_semi_hz is set to r1_free_hz
  std::vector<TissueClass> classes;
  double snr_min = 10;  ///< |M0| / sigma, the range for training and evaluation
  double snr_max = 100;

  /// Tissue number `index` of the stream `seed`: a pure function of its arguments.
  Tissue draw(std::uint64_t seed, std::uint64_t index) const;
  /// The same from another stream than Stream::tissue, e.g. Stream::basis.
  Tissue draw(std::uint64_t seed, Stream stream, std::uint64_t index) const;

  /// What an estimator of this T1 model has to find out: not what every class fixes at one value, nor, where that of
  /// m0_semi_frac is 0, what only a semi-solid pool has (exchange_hz, t2_semi_s, its own r1_semi_hz).
  Unknowns unknowns(T1Model model) const;

  /// The smallest domain that holds every possible draw: the same for all shards.
  TissueDomain domain() const;

  /// Empty when draws will end soon and be valid tissues; else one line: class, parameter, expected, found.
  std::string why_invalid() const;
};

}  // namespace crbrt::physics
