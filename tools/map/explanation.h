// SPDX-License-Identifier: Apache-2.0
/// How strong each coefficient is, of a data set and of what a model was trained on; ways to explain why both differ, and the
/// coefficients put right.
#pragma once

#include <complex>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "crbrt/crbrt.hpp"

namespace crbrt::map {

/// How a program turns voxels before it compares them (crbrt/format/program.h).
struct Turning {
  std::size_t phase_reference = 0;                 ///< coefficient that becomes real; 0 where a program turns none
  std::optional<std::size_t> conjugate_reference;  ///< coefficient whose imaginary part becomes positive, where there is one
};

/// Of voxels scaled to ||c|| = 1 and turned so that one coefficient is real and positive.
struct Profile {
  std::vector<double> rms;                 ///< [n_coeff] sqrt(mean |c_k|^2); the squares sum to 1
  std::vector<std::complex<double>> mean;  ///< [n_coeff]; zero where phases are random
};

/// What the model's standardisation says about its training voxels: rms^2 = mean^2 + std^2 of real plus imaginary part.
/// Empty for a program that does not normalise and standardise.
std::optional<Profile> trained_profile(const Program& program);

/// interleaved [n_voxel, 2 * n_coeff], no voxel empty or not finite, at least one.
Profile profile_of(std::span<const float> interleaved, std::size_t n_coeff, const Turning& turning);

/// That of a program's preprocessing.
Turning turning_of(const Program& program);

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
                                         const Turning& turning);

}  // namespace crbrt::map
