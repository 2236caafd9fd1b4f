/// Ways to explain why coefficients are not as strong as those a model was trained on, and the coefficients put right.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/map/profile.h"

namespace crbrt::map {

enum class Cause {
  reversed,     ///< coefficients in reversed order
  permuted,     ///< coefficients in another order
  interleaved,  ///< real and imaginary parts in each other's places
  scaled,       ///< coefficients multiplied by something that follows the singular values
  noise,        ///< noise, and little or nothing else
  basis,        ///< another sequence or basis, or whatever the profile does not show
};

struct Explanation {
  Cause cause = Cause::basis;
  double log_mismatch = 0;       ///< of the profile without the fault
  double price = 1;              ///< who has more freedom must match better
  double number = 0;             ///< scaled: the power of the trained RMS; noise: its share of the energy
  std::vector<float> corrected;  ///< the voxels without the fault; empty where nothing can be put right

  double cost() const;
};

/// Typical |ln(p_k / q_k)| of two profiles, (mean over k of its fourth power)^(1/4): between root mean square and maximum, so
/// that a few coefficients in wrong places count and one outlier is not all.
double log_mismatch(const std::vector<double>& p, const std::vector<double>& q);

/// `seen` is the profile of the voxels interleaved [n_voxel, 2 * n_coeff]. Noise is among the explanations only where phases
/// are as random as noise makes them.
std::vector<Explanation> explanations_of(const Profile& trained, const Profile& seen, std::span<const float> interleaved,
                                         std::size_t reference);

}  // namespace crbrt::map
