// SPDX-License-Identifier: Apache-2.0
/// The formula of program.h in double precision, and how far single precision may lie from it.
#pragma once

#include <algorithm>
#include <cmath>

#include "crbrt/format/program.h"

namespace crbrt::tests {

struct ExactStd {
  double value;
  double relative_bound;
};

/// q0, q1, q2 of one output, and sigma and ||c|| of one voxel. With u = 2^-24, first order, absolute errors of logarithms:
///   log2 of sigma and norm   4 u each, and their difference rounds once; the norm itself is off by norm_error, relative
///   adding whole exponents   u |log2 ratio|
///   l                        ln 2 times both; ln 2 is off by u relative, product and sum round: 3 u |ln ratio| + u |l|
///   lc, beyond               the error of l; the difference from log_noise_max rounds once
///   e                        |slope| times the error of lc, and each product and sum once
///   exp(e)                   e * log2(e) rounds and its constant is off: 2 u |e|; the series 2 u; scaling u
inline ExactStd exact_std(const Uncertainty& range, float scale, double q0, double q1, double q2, double sigma, double norm,
                          double norm_error) {
  const double u = 0x1p-24, ratio = std::log(sigma / norm);
  const double l = ratio - range.log_noise_center;
  const double lc = std::clamp(l, double{range.log_noise_min}, double{range.log_noise_max});
  const double beyond = std::max(l - range.log_noise_max, 0.0);
  const double e = q0 + q1 * lc + q2 * lc * lc + beyond;
  const double error_l = std::log(2) * 9 * u + norm_error + u * (4 * std::abs(ratio) + std::abs(l));
  const double slope = q1 + q2 * lc, curve = slope * lc + q0;
  const double error_e = (std::abs(slope) + std::abs(q2 * lc) + 1) * error_l +
                         u * (std::abs(q2 * lc * lc) + 2 * std::abs(slope * lc) + std::abs(curve) + 2 * beyond + std::abs(e));
  return {std::abs(double{scale}) * std::exp(e), 1.01 * (error_e + u * (2 * std::abs(e) + 3))};
}

}  // namespace crbrt::tests
