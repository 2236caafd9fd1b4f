/// The algorithm of uncertainty.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/elementwise-inl.h"
#include "runtime/src/kernels/store_tile-inl.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"

namespace crbrt {

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
  const std::size_t step = n_output * layout::tile_voxels;  // from q0 to q1, and to q2
  const auto low = Ops::broadcast(a.range.log_noise_min), high = Ops::broadcast(a.range.log_noise_max);
  for (std::size_t v = 0; v < a.standard_deviations.rows; v += Ops::lanes) {
    const auto log_ratio = log2_ratio<Ops>(a.sigma, Ops::load(a.norm->size + v), Ops::load(a.norm->scale + v));
    const auto l = log_ratio * Ops::broadcast(ln_2) - Ops::broadcast(a.range.log_noise_center);
    const auto lc = clamp<Ops>(l, low, high);
    const auto beyond = Ops::max(l - high, Ops::broadcast(0));
    for (std::size_t j = 0; j < n_output; ++j) {
      float* const q = a.in + j * layout::tile_voxels + v;
      const auto slope = Ops::load(q + 2 * step) * lc + Ops::load(q + step);
      const auto e = (slope * lc + Ops::load(q)) + beyond;
      Ops::store(q, exp<Ops>(e) * Ops::abs(Ops::broadcast(a.outputs[j].scale)));
    }
  }
  store_tile<Ops>(a.in, a.blank, a.standard_deviations);
}

}  // namespace crbrt
