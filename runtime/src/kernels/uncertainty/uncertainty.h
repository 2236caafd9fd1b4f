// SPDX-License-Identifier: Apache-2.0
/// Features of uncertainty of one tile -> standard deviations in physical units where the caller wants them.
///
///   log_ratio  = log2(sigma / ||c||)                                     as below
///   l          = log_ratio * ln 2 - log_noise_center                     natural logarithm, relative to the centre
///   lc         = l clamped to [log_noise_min, log_noise_max]
///   beyond     = max(l - log_noise_max, 0)
///   e          = ((q2[j] * lc + q1[j]) * lc + q0[j]) + beyond            every product and sum rounds
///   sd[v, j]   = exp(e) * |scale[j]| clamped to [std_minimum[j], std_maximum[j]]      0 for a voxel whose bit of `blank` is
///   set
///
/// Logarithm and exponential are our own, so that they are vectors and the same on every machine:
///
///   log2(x)    = k + f * log2_series(f)     x = 2^k (1 + f), f in [0, 1);  off by at most 4 * 2^-24, absolute
///   exp(e)     = 2^n * exp2_series(r)       t = e * log2(e) clamped to [-126, 127], n = t rounded to even, r = t - n;
///                                           exp2_series is off by at most 2 * 2^-24, relative
///   log_ratio  = whole exponents (exact) + (series of sigma - series of ||c||)
///
/// Both series are polynomials by Horner's rule, highest coefficient first. A NaN among the features stays a NaN.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"
#include "crbrt/view.h"
#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/loops-inl.h"
#include "runtime/src/kernels/preprocess/preprocess.h"

namespace crbrt {

/// log2(1 + f) / f on [0, 1), minimax in f times the error (Remez, degree 7, rounded to float): 9.3e-8 off in exact arithmetic.
inline constexpr float log2_series[] = {1.4426899f,   -0.721165776f, 0.47868371f,   -0.347301096f,
                                        0.241864786f, -0.137521356f, 0.0520590022f, -0.00930916332f};

/// 2^r on [-1/2, 1/2], minimax in the relative error (Remez, degree 6 with the constant 1): 1.6e-8 off in exact arithmetic.
inline constexpr float exp2_series[] = {1.0f,           0.693147182f,   0.240226477f,  0.0555033237f,
                                        0.00961843692f, 0.00133988739f, 0.00015353362f};

inline constexpr float ln_2 = 0.693147182f;
inline constexpr float log2_e = 1.44269502f;
inline constexpr float smallest_exp2 = -126, largest_exp2 = 127;

struct UncertaintyArgs {
  float* in;              ///< [3 * n_output][tile_voxels]: q0, q1, q2; aligned to the arena; q0 is overwritten
  const Output* outputs;  ///< [n_output]
  Uncertainty range;
  float sigma;                       ///< positive and finite
  const NormTile* norm;              ///< from preprocess
  layout::VoxelBits blank;           ///< bit v: voxel v gets zeros
  View2<float> standard_deviations;  ///< [n_voxel, n_output], n_voxel 1 .. tile_voxels; nothing else is touched
};

/// sum_k coefficients[k] * x^k
template <class Ops, std::size_t n>
typename Ops::Vec polynomial(const float (&coefficients)[n], typename Ops::Vec x) noexcept {
  auto y = Ops::broadcast(coefficients[n - 1]);
  for (std::size_t k = n - 1; k-- > 0;) y = y * x + Ops::broadcast(coefficients[k]);
  return y;
}

/// log2 of a positive normal x without its whole exponent: in [0, 1).
template <class Ops>
typename Ops::Vec log2_of_mantissa(typename Ops::Vec x) noexcept {
  const auto f = Ops::mantissa(x) - Ops::broadcast(1);
  return f * polynomial<Ops>(log2_series, f);
}

template <class Ops>
typename Ops::Vec exp(typename Ops::Vec e) noexcept {
  const auto magic = Ops::broadcast(0x1.8p23f);  // a float this large has no fraction: adding rounds, subtracting gives it back
  const auto t = clamp<Ops>(e * Ops::broadcast(log2_e), Ops::broadcast(smallest_exp2), Ops::broadcast(largest_exp2));
  const auto n = (t + magic) - magic;
  return polynomial<Ops>(exp2_series, t - n) * Ops::power_of_two(n);
}

/// log2(sigma / ||c||). Both are given as a normal number and a power of two, so that denormals and overflow need no case.
template <class Ops>
typename Ops::Vec log2_ratio(float sigma, typename Ops::Vec size, typename Ops::Vec scale) noexcept {
  const auto noise = Ops::broadcast(sigma);
  const auto noise_scale = Ops::inverse_power_of_two(noise);
  const auto noise_size = noise * noise_scale;
  const auto exponent = Ops::exponent(noise_size) - Ops::exponent(noise_scale) - (Ops::exponent(size) - Ops::exponent(scale));
  return exponent + (log2_of_mantissa<Ops>(noise_size) - log2_of_mantissa<Ops>(size));
}

template <class Ops>
void uncertainty(const UncertaintyArgs& a) noexcept {
  const std::size_t n_output = a.standard_deviations.columns;
  const std::size_t step = n_output * Ops::row_stride;  // from q0 to q1, and to q2
  const auto low = Ops::broadcast(a.range.log_noise_min), high = Ops::broadcast(a.range.log_noise_max);
  for (std::size_t v = 0; v < a.standard_deviations.rows; v += Ops::lanes) {
    const auto log_ratio = log2_ratio<Ops>(a.sigma, Ops::load(a.norm->size + v), Ops::load(a.norm->scale + v));
    const auto l = log_ratio * Ops::broadcast(ln_2) - Ops::broadcast(a.range.log_noise_center);
    const auto lc = clamp<Ops>(l, low, high);
    const auto beyond = Ops::max(l - high, Ops::broadcast(0));
    for (std::size_t j = 0; j < n_output; ++j) {
      float* const q = a.in + j * Ops::row_stride + v;
      const auto slope = Ops::load(q + 2 * step) * lc + Ops::load(q + step);
      const auto e = (slope * lc + Ops::load(q)) + beyond;
      const auto sd = exp<Ops>(e) * Ops::abs(Ops::broadcast(a.outputs[j].scale));
      Ops::store(q, clamp<Ops>(sd, Ops::broadcast(a.outputs[j].std_minimum), Ops::broadcast(a.outputs[j].std_maximum)));
    }
  }
  store_tile<Ops>(a.in, a.blank, a.standard_deviations);
}

}  // namespace crbrt
