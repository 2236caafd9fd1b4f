// SPDX-License-Identifier: Apache-2.0
/// One factor and one shift for each feature: a normalisation with stored statistics that could not be folded into a dense
/// layer.
///
///   out[f] = scale[f] * in[f] + shift[f]                               as one mul_add; then max(out[f], 0) when relu
///
/// Integers (also a ReLU that requantizes):
///
///   acc[j] = bias[j] + weights[j] * in[j]                              exact in 32 bits
///   out[j] = requantize_u8(acc[j], r[j]), or requantize_s16(acc[j], r[j]) and then ReLU if any
#pragma once

#include "runtime/src/kernels/integer_requant-inl.h"
#include "runtime/src/kernels/loops-inl.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct AffineArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* scale;  ///< [n_feature]
  const float* shift;  ///< [n_feature]
  std::size_t n_feature;
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static AffineArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.op.bias, c.n_in, c.relu, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.weights != nullptr && op.bias != nullptr && op.n_in == op.n_out; }
};

struct AffineIntegerArgs {
  const void* in;  ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;       ///< s16 or u8; s16 may be in
  const IntegerTables* tables;
  std::size_t n_feature;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static AffineIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.integers, c.n_in, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return check_integer(op); }
};

template <class Ops>
void affine(const AffineArgs& a) noexcept {
  const auto each = [&](auto finish) __attribute__((always_inline)) {
    for_each_vector<Ops>(
        a.n_feature, a.n_voxel, [&](std::size_t f, std::size_t i) __attribute__((always_inline)) {
          Ops::store(a.out + i,
                     finish(Ops::mul_add(Ops::broadcast(a.scale[f]), Ops::load(a.in + i), Ops::broadcast(a.shift[f]))));
        });
  };
  using Vec = typename Ops::Vec;
  if (a.relu)  // asked once: in the loop it costs a third of the time
    each([](Vec y) __attribute__((always_inline)) { return Ops::max(y, Ops::broadcast(0)); });
  else
    each([](Vec y) __attribute__((always_inline)) { return y; });
}

/// Features j .. j + tile_outputs of one vector of voxels, given as two words of two s16.
template <class Ops>
inline void affine_block(const IntegerOutput& to, const IntegerTables& tables, std::size_t j, std::size_t voxel,
                         const typename Ops::Int (&x)[2]) noexcept {
  typename Ops::Int acc[layout::tile_outputs][1];
#pragma GCC unroll 4
  for (std::size_t o = 0; o < layout::tile_outputs; ++o) {
    const auto factor = Ops::broadcast_word(tables.weights_s16 + 2 * (j + o));  // the other feature of the word has 0
    acc[o][0] = Ops::dot_s16(x[o / 2], factor, Ops::broadcast_int(tables.bias[j + o]));
  }
  store_block<Ops, 1>(to, tables, j, voxel, acc);
}

/// In integers this is a dense layer of one weight an output.
template <class Ops>
void affine_s16(const AffineIntegerArgs& a) noexcept {
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  const IntegerOutput to{a.out, nullptr, a.number, a.relu, a.n_feature};
  for (std::size_t j = 0; j < a.n_feature; j += layout::tile_outputs)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::uint32_t* const at = in + j / 2 * Ops::row_stride + v;
      affine_block<Ops>(to, *a.tables, j, v, {Ops::load_words(at), Ops::load_words(at + Ops::row_stride)});
    }
}

}  // namespace crbrt
