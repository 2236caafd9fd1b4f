// SPDX-License-Identifier: Apache-2.0
/// The vocabulary of scalar.h in the lanes of one of xsimd's architectures. What differs between them (and what xsimd lacks)
/// is in the header of the instruction set. Bits are reinterpreted by our own bit_cast, because the template argument of
/// xsimd's changed its meaning: a batch in version 8, its element in version 13. It is qualified, because xsimd has that name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

#include "crbrt/format/layout.h"
#include "runtime/src/isa/bit_cast.h"

namespace crbrt {

template <class Arch>
struct XsimdOps {
  using Vec = xsimd::batch<float, Arch>;
  using Exponents = xsimd::batch<std::int32_t, Arch>;
  using Mask = xsimd::batch_bool<float, Arch>;
  static constexpr std::size_t lanes = Vec::size;
  static constexpr std::size_t row_stride = layout::tile_voxels;

  static Vec load(const float* p) noexcept { return Vec::load_aligned(p); }
  static void store(float* p, Vec x) noexcept { x.store_aligned(p); }
  static Vec load_anywhere(const float* p) noexcept { return Vec::load_unaligned(p); }
  static void store_anywhere(float* p, Vec x) noexcept { x.store_unaligned(p); }
  static Vec broadcast(float x) noexcept { return Vec(x); }
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return xsimd::fma(a, b, c); }  ///< fused only where Arch has FMA
  static Vec sqrt(Vec x) noexcept { return xsimd::sqrt(x); }
  static Vec abs(Vec x) noexcept { return xsimd::abs(x); }
  static Vec max(Vec a, Vec b) noexcept { return xsimd::max(a, b); }
  static Vec max_magnitude(Vec x, Vec size) noexcept {
    const Exponents a = crbrt::bit_cast<Exponents>(x) & Exponents(0x7fffffff);
    return crbrt::bit_cast<Vec>(xsimd::max(a, crbrt::bit_cast<Exponents>(size)));
  }
  static Vec select(Mask mask, Vec a, Vec b) noexcept { return xsimd::select(mask, a, b); }

  static Vec inverse_power_of_two(Vec x) noexcept {
    const Exponents exponent = crbrt::bit_cast<Exponents>(x) & Exponents(0x7f800000);
    return crbrt::bit_cast<Vec>(xsimd::max(Exponents(0x7f000000) - exponent, Exponents(0x00800000)));
  }

  static Vec exponent(Vec x) noexcept { return xsimd::to_float((crbrt::bit_cast<Exponents>(x) >> 23) - Exponents(127)); }
  static Vec mantissa(Vec x) noexcept {
    return crbrt::bit_cast<Vec>((crbrt::bit_cast<Exponents>(x) & Exponents(0x007fffff)) | Exponents(0x3f800000));
  }
  static Vec power_of_two(Vec n) noexcept {
    return crbrt::bit_cast<Vec>((crbrt::bit_cast<Exponents>(n + Vec(0x1.8p23f)) << 23) + Exponents(0x3f800000));
  }
};

}  // namespace crbrt
