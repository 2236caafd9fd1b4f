// SPDX-License-Identifier: Apache-2.0
/// NEON as every AArch64 has it: four voxels per vector, fused multiply-add, so its results equal those of avx2.h bit for bit.
#pragma once

#include <arm_neon.h>

#include "runtime/src/isa/integer_vector.h"
#include "runtime/src/isa/vector128.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt::neon {

/// The instructions of NEON that integer_vector.h asks for (its vectors of 128 bits are the same), and the products of bytes
/// that are NEON's own: signed ones, so that inputs come in as u8 - 128 and sums start at bias + 128 * row_sum.
struct IntegerInstructions {
  using Int = int32x4_t;

  static Int load(const void* p) noexcept { return vld1q_s32(static_cast<const std::int32_t*>(p)); }
  static Int load_anywhere(const void* p) noexcept { return load(p); }
  static void store(void* p, Int x) noexcept { vst1q_s32(static_cast<std::int32_t*>(p), x); }
  static Int zero() noexcept { return vdupq_n_s32(0); }
  static Int set1(std::int32_t x) noexcept { return vdupq_n_s32(x); }
  static Int broadcast_128(const void* p) noexcept { return of_16(vld1q_s16(static_cast<const std::int16_t*>(p))); }

  static Int mulhrs(Int a, Int b) noexcept { return of_16(vqrdmulhq_s16(as_16(a), as_16(b))); }
  static Int mullo_16(Int a, Int b) noexcept { return of_16(vmulq_s16(as_16(a), as_16(b))); }
  static Int mullo_32(Int a, Int b) noexcept { return vmulq_s32(a, b); }
  static Int add_16(Int a, Int b) noexcept { return of_16(vaddq_s16(as_16(a), as_16(b))); }
  static Int adds_16(Int a, Int b) noexcept { return of_16(vqaddq_s16(as_16(a), as_16(b))); }
  static Int subs_16(Int a, Int b) noexcept { return of_16(vqsubq_s16(as_16(a), as_16(b))); }
  static Int max_16(Int a, Int b) noexcept { return of_16(vmaxq_s16(as_16(a), as_16(b))); }
  static Int add_32(Int a, Int b) noexcept { return vaddq_s32(a, b); }
  static Int sub_32(Int a, Int b) noexcept { return vsubq_s32(a, b); }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return vbslq_s32(vcltq_s32(a, b), x, y); }
  static Int blend_halves(Int low, Int high) noexcept { return vbslq_s32(vdupq_n_u32(0xffffu), low, high); }
  static Int pack_s16(Int a, Int b) noexcept { return of_16(vcombine_s16(vqmovn_s32(a), vqmovn_s32(b))); }
  static Int pack_u8(Int a, Int b) noexcept {
    return vreinterpretq_s32_u8(vcombine_u8(vqmovun_s16(as_16(a)), vqmovun_s16(as_16(b))));
  }

  static Int round(float32x4_t x) noexcept { return vcvtnq_s32_f32(x); }
  static float32x4_t to_float(Int x) noexcept { return vcvtq_f32_s32(x); }

  /// One count for all lanes.
  static Int shift_right(Int x, std::int32_t count) noexcept { return vshlq_s32(x, vdupq_n_s32(-count)); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept {
    return vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(x), vdupq_n_s32(-count)));
  }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return vshrq_n_s32(x, count);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return vshlq_n_s32(x, count);
  }

  static Int transpose_bytes(Int x) noexcept {
    constexpr uint8x16_t order = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    return vreinterpretq_s32_u8(vqtbl1q_u8(vreinterpretq_u8_s32(x), order));
  }
  static Int interleave_halves(Int x) noexcept {
    const int16x8_t pair = as_16(x);
    return of_16(vzip1q_s16(pair, vextq_s16(pair, pair, 4)));
  }

  static int16x8_t as_16(Int x) noexcept { return vreinterpretq_s16_s32(x); }
  static Int of_16(int16x8_t x) noexcept { return vreinterpretq_s32_s16(x); }
};

struct IntegerOps : IntegerVector<IntegerInstructions> {
  static constexpr bool has_signed_bytes = true;
  static constexpr std::size_t integer_vectors = 2;  ///< 8 sums: GCC 12 spills a third vector of voxels in dense_u8

  static Int load_u8(const void* p) noexcept { return signed_bytes(IntegerInstructions::load(p)); }
  static Int spread_u8(const void* p) noexcept { return signed_bytes(broadcast_word(p)); }
  static Int signed_bytes(Int x) noexcept { return veorq_s32(x, vreinterpretq_s32_u8(vdupq_n_u8(0x80))); }
  static Int start_u8(std::int32_t bias, std::int32_t row_sum) noexcept { return vdupq_n_s32(bias + 128 * row_sum); }

  /// Each 16-bit lane holds at most four products, which fit (quad_weight_max).
  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    const int8x16_t first = vreinterpretq_s8_s32(broadcast_word(w0)), second = vreinterpretq_s8_s32(broadcast_word(w1));
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
      const int8x16_t a = vreinterpretq_s8_s32(x0[v]), b = vreinterpretq_s8_s32(x1[v]);
      const int16x8_t low = vmlal_s8(vmull_s8(vget_low_s8(a), vget_low_s8(first)), vget_low_s8(b), vget_low_s8(second));
      const int16x8_t high = vmlal_high_s8(vmull_high_s8(a, first), b, second);
      acc[v] = vpadalq_s16(acc[v], vpaddq_s16(low, high));
    });
  }

  static Int dot_bytes(Int x, Int w, Int acc) noexcept {
    const int8x16_t a = vreinterpretq_s8_s32(x), b = vreinterpretq_s8_s32(w);
    const int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b)), high = vmull_high_s8(a, b);
    return vpadalq_s16(acc, vpaddq_s16(low, high));
  }

  /// Halves are taken apart once: those of x for all outputs, those of w for all voxels of the register tile.
  static Int dot_s16(Int x, Int w, Int acc) noexcept {
    return vmlal_s16(vmlal_s16(acc, vmovn_s32(x), vmovn_s32(w)), vshrn_n_s32(x, 16), vshrn_n_s32(w, 16));
  }
};

template <class Own>
struct NeonOps : Vector128Ops<Own>, IntegerOps {
  using typename Vector128Ops<Own>::Vec;
  using typename Vector128Ops<Own>::Mask;
  static constexpr bool is_fused = true;
  static constexpr std::size_t output_voxels = 6;
  static constexpr std::size_t dense_vectors = 4;  ///< 16 accumulators, four inputs and a weight: 21 of 32 registers
  static constexpr std::size_t preprocess_vectors = 4;
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return vfmaq_f32(c, a, b); }
  static Vec mul_add_quad(Vec a, Vec b, Vec c) noexcept { return vfmaq_f32(c, a, b); }
  static Vec sqrt(Vec x) noexcept { return vsqrtq_f32(x); }

  static std::uint32_t bits(Mask mask) noexcept {
    const uint32x4_t weights = {1, 2, 4, 8};
    return vaddvq_u32(bit_cast<uint32x4_t>(mask) & weights);
  }
};

struct Ops : NeonOps<Ops> {
  using Outputs = OutputsOfVector<IntegerOps>;
};

}  // namespace crbrt::neon
