/// How strong each coefficient is, of a data set and of what a model was trained on: what a diagnosis compares.
#pragma once

#include <complex>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "crbrt/crbrt.hpp"

namespace crbrt::map {

/// Of voxels scaled to ||c|| = 1 and turned so that one coefficient is real and positive.
struct Profile {
  std::vector<double> rms;                 ///< [n_coeff] sqrt(mean |c_k|^2); the squares sum to 1
  std::vector<std::complex<double>> mean;  ///< [n_coeff]; zero where phases are random
};

/// What the model's standardisation says about its training voxels: rms^2 = mean^2 + std^2 of real plus imaginary part.
/// Empty for a program that does not normalise and standardise.
std::optional<Profile> trained_profile(const Program& program);

/// interleaved [n_voxel, 2 * n_coeff], no voxel empty or not finite, at least one; `reference` is the real coefficient.
Profile profile_of(std::span<const float> interleaved, std::size_t n_coeff, std::size_t reference);

/// The coefficient a program turns to the real axis; 0 where it turns none.
std::size_t phase_reference(const Program& program);

}  // namespace crbrt::map
