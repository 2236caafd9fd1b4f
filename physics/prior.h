/// Tissue priors: truncated Gaussians and uniform distributions per parameter, mixtures of named classes, read from JSON
/// (io/prior_json.h). Draws are counter-based: fingerprint i of seed k is the same whatever else is drawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/crb.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// One parameter's marginal. Gaussian draws are redrawn until they lie in [minimum, maximum].
struct Marginal {
  enum class Kind { fixed, gaussian, uniform } kind = Kind::fixed;
  double mean = 0;     ///< fixed: the value
  double std = 0;      ///< gaussian only
  double minimum = 0;
  double maximum = 0;
  bool as_time = false;  ///< the numbers describe T = 1/R of a rate parameter, in seconds
};

/// One class of tissue, e.g. "main", "csf", "fat".
struct TissueClass {
  std::string name;
  double weight = 1;                          ///< relative frequency
  std::array<Marginal, n_parameter> marginal; ///< order of Parameter
  bool t2_free_at_most_t1 = false;            ///< T2f is redrawn until T2f <= T1f (paper Section 2.4)
};

struct Prior {
  std::string name;
  T1Model t1_model = T1Model::apparent;  ///< apparent: r1_semi_hz is set to r1_free_hz
  std::vector<TissueClass> classes;
  double snr_min = 10;                   ///< |M0| / sigma, the range for training and evaluation
  double snr_max = 100;

  /// Tissue number `index` of the stream `seed`: a pure function of its arguments.
  Tissue draw(std::uint64_t seed, std::uint64_t index) const;
};

}  // namespace crbrt::physics
