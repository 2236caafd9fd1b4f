// SPDX-License-Identifier: Apache-2.0
// What the normative kernels share: the rounding of a * b + c, which instruction set has which, and what becomes of an integer
// sum.
#include "runtime/src/kernels/reference.h"

#include <cmath>

#include "crbrt/format/requant.h"

namespace crbrt {

MulAdd mul_add_of(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx2:
    case Isa::avx512:
    case Isa::avx512vnni:
    case Isa::neon:
    case Isa::neondot: return MulAdd::fused;
    default: return MulAdd::rounded_twice;
  }
}

float mul_add_ref(MulAdd kind, float a, float b, float c) noexcept {
  return kind == MulAdd::fused ? std::fma(a, b, c) : a * b + c;
}

std::int32_t finish_ref(std::int32_t acc, const IntegerTables& tables, std::size_t j, Number number, bool relu,
                        std::int32_t add) noexcept {
  if (number == Number::s32) return acc;
  const Requant r{tables.shift[j], tables.multiplier[layout::tile_outputs * j]};
  if (number == Number::u8) return requantize_u8(acc, r);
  const std::int32_t y = saturate(requantize_s16(acc, r) + add, s16_min, s16_max);
  return relu && y < 0 ? 0 : y;
}

}  // namespace crbrt
