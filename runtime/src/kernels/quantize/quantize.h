// SPDX-License-Identifier: Apache-2.0
/// Where an integer program begins: features of one tile -> s16.
///
///   y      = in[i] * scale[i], clamped to [-32767, 32767]        one rounded product
///   out[i] = y rounded to the nearest whole number, ties to even
///
/// Features past n get 0. A NaN cannot occur after preprocessing.
///
/// And where it ends: 32-bit sums of the last layer -> network outputs.
///
///   out[j] = float(in[j]) * scale[j]      the conversion rounds to even, then the product rounds
#pragma once

#include "runtime/src/kernels/loops-inl.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

inline constexpr float quantized_max = 32767;

struct QuantizeArgs {
  const float* in;     ///< [n][tile_voxels], aligned to the arena
  void* out;           ///< s16: [row_words(s16, n)][tile_voxels], aligned; never overlaps in
  const float* scale;  ///< [n]
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static QuantizeArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept {
    if (op.weights == nullptr || op.n_in != op.n_out) return false;
    for (std::size_t i = 0; i < op.n_in; ++i)
      if (!is_finite(op.weights[i]) || op.weights[i] <= 0) return false;
    return true;
  }
};

struct DequantizeArgs {
  const void* in;      ///< s32: [n][tile_voxels], aligned to the arena
  float* out;          ///< [n][tile_voxels], aligned; may be in
  const float* scale;  ///< [n]
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static DequantizeArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_out, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return QuantizeArgs::fits(op); }
};

/// Two rows of floats become one row of words.
template <class Ops>
void quantize(const QuantizeArgs& a) noexcept {
  const auto high = Ops::broadcast(quantized_max), low = Ops::broadcast(-quantized_max);
  const std::size_t n_row = layout::row_words(Number::s16, a.n);
  std::uint32_t* const out = static_cast<std::uint32_t*>(a.out);
  for (std::size_t row = 0; row < n_row; ++row)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const auto whole = [&](std::size_t i) {
        if (i >= a.n) return Ops::broadcast_int(0);
        const auto x = Ops::load(a.in + i * Ops::row_stride + v) * Ops::broadcast(a.scale[i]);
        return Ops::round_to_int(clamp<Ops>(x, low, high));
      };
      Ops::store_words(out + row * Ops::row_stride + v, Ops::word_of_s16(whole(2 * row), whole(2 * row + 1)));
    }
}

template <class Ops>
void dequantize(const DequantizeArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n, a.n_voxel, [&](std::size_t j, std::size_t i) __attribute__((always_inline)) {
        const typename Ops::Vec y = Ops::to_float(Ops::load_words(static_cast<const std::uint32_t*>(a.in) + i));
        Ops::store(a.out + i, y * Ops::broadcast(a.scale[j]));
      });
}

}  // namespace crbrt
