// SPDX-License-Identifier: Apache-2.0
/// A ReLU that lets a share of negative features through.
///
///   out[f] = in[f] > 0 ? in[f] : slope[f] * in[f]                      one rounded product; a NaN stays a NaN
///
/// Integers, with slope[f] a whole number of 2^-15, 0 .. 32767:
///
///   y[f]   = max(in[f], 0) + ((min(in[f], 0) * slope[f] + 2^14) >> 15) exact in 16 bits
///   out[f] = what affine_s16 makes of y[f] (affine.h)
#pragma once

#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct LeakyReluArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* slope;  ///< [n_feature], 0 .. 1
  std::size_t n_feature;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static LeakyReluArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.n_in == op.n_out && slopes_fit(op, 1); }

  static bool slopes_fit(const Op& op, float largest) noexcept {
    if (op.weights == nullptr) return false;
    for (std::size_t f = 0; f < op.n_in; ++f)
      if (!(op.weights[f] >= 0 && op.weights[f] <= largest)) return false;  // NaN included
    return true;
  }
};

struct LeakyReluIntegerArgs {
  const void* in;      ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;           ///< s16 or u8; s16 may be in
  const float* slope;  ///< [n_feature], whole numbers
  const IntegerTables* tables;
  std::size_t n_feature;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static LeakyReluIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.weights, c.op.integers, c.n_in, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return LeakyReluArgs::slopes_fit(op, 32767) && check_integer(op); }
};

template <class Ops>
void leaky_relu(const LeakyReluArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t f, std::size_t i) __attribute__((always_inline)) {
        const typename Ops::Vec x = Ops::load(a.in + i);
        Ops::store(a.out + i, Ops::select(x > Ops::broadcast(0), x, Ops::broadcast(a.slope[f]) * x));
      });
}

/// Slopes of features f and f + 1 in the halves of every word; 0 past the last.
template <class Ops>
inline typename Ops::Int slope_word(const LeakyReluIntegerArgs& a, std::size_t f) noexcept {
  const auto slope = [&](std::size_t at) {
    return Ops::broadcast_int(at < a.n_feature ? static_cast<std::int32_t>(a.slope[at]) : 0);
  };
  return Ops::word_of_s16(slope(f), slope(f + 1));
}

template <class Ops>
inline typename Ops::Int leaked(const std::uint32_t* in, typename Ops::Int slope) noexcept {
  const auto x = Ops::load_words(in), positive = Ops::relu_s16(x);
  return Ops::add_saturate_s16(positive, Ops::mul_round_s16(Ops::sub_saturate_s16(x, positive), slope));
}

template <class Ops>
void leaky_relu_s16(const LeakyReluIntegerArgs& a) noexcept {
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  const IntegerOutput to{a.out, nullptr, a.number, a.relu, a.n_feature};
  for (std::size_t j = 0; j < a.n_feature; j += layout::tile_outputs) {
    const auto low = slope_word<Ops>(a, j), high = slope_word<Ops>(a, j + 2);
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::uint32_t* const at = in + j / 2 * Ops::row_stride + v;
      affine_block<Ops>(to, *a.tables, j, v, {leaked<Ops>(at, low), leaked<Ops>(at + Ops::row_stride, high)});
    }
  }
}

}  // namespace crbrt
