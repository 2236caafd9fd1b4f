// SPDX-License-Identifier: Apache-2.0
/// How far a single-precision run of a network may lie from exact arithmetic, derived, not guessed.
///
/// The network runs in double. Every value gets an e: the root of the summed squares of the roundings committed where it is
/// computed, each at most u = 2^-24 times a magnitude. Reverse differentiation gives the derivative d of every output by that
/// value, so an output is off by sum d x with |x| <= e, to first order. A worst case over thousands of roundings says nothing
/// about a deep network; roundings are taken as independent with mean zero (Higham and Mary, SIAM J. Sci. Comput. 41, 2019),
/// and Hoeffding's inequality bounds the sum by lambda sqrt(sum (d e)^2) but for a chance of 2 exp(-lambda^2 / 2), 3e-14 for
/// lambda = 8. Values that share a rounding (a group's mean, a voxel's norm) are added within their block before squaring.
#pragma once

#include <span>
#include <vector>

#include "crbrt/network.hpp"

namespace crbrt::model {

struct ExactRun {
  std::vector<double> estimates;  ///< [n_output] in double
  std::vector<double> bound;      ///< [n_output] of |single - exact|, lambda included
};

/// One voxel: coefficients [2 * n_coeff], finite and not all zero. `folded`: the operations as they are executed; its outputs
/// are bounded, not what uncertainty and atypicality take.
ExactRun run_exactly(const Network& folded, std::span<const float> coefficients);

/// Largest difference between two single-precision runs (scalar and SIMD: fused or not, another order): each stays within the
/// bound, so twice that; doubled for what first order leaves out, a ReLU that switches within the rounding.
inline double tolerance(double bound) { return 4 * bound; }

}  // namespace crbrt::model
