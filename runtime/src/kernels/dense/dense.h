/// A dense layer on one tile of voxels.
///
///   out[j] = bias[j] + sum_k weights[j, k] * in[k]   in this order: the sum starts at the bias and k ascends
///   out[j] += add[j]                                 when add is not null
///   out[j] = max(out[j], 0)                          when relu
///
/// Each term is one Ops::mul_add: fused where the instruction set has it, rounded twice elsewhere (docs/numerics.md).
///
/// Integers (dense_u8, dense_s16):
///
///   acc[j] = bias[j] + sum_k weights[j, k] * in[k]      exact: no sum can leave 32 bits (crbrt/format/integer_bounds.h)
///   out[j] = acc[j]                                     s32
///          = requantize_u8(acc[j], r[j])                u8 (crbrt/format/requant.h)
///          = requantize_s16(acc[j], r[j])               s16; then, saturating, + add[j] where there is one; then ReLU
///
/// Sums are exact in any order, so none is prescribed. Outputs past n_out are what zero weights and the padding
/// of the tables give.
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct DenseArgs {
  const float* in;       ///< [n_in][tile_voxels], aligned to the arena
  float* out;            ///< [n_out][tile_voxels], aligned; never overlaps in
  const float* add;      ///< [n_out][tile_voxels] or null; may be out itself
  const float* weights;  ///< packed (layout.h); need not be aligned
  const float* bias;     ///< [padded_outputs(n_out)]
  std::size_t n_in;
  std::size_t n_out;
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static DenseArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.add, c.op.weights, c.op.bias, c.n_in, c.n_out, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return op.weights != nullptr && op.bias != nullptr; }
};

struct DenseIntegerArgs {
  const void* in;   ///< u8 or s16: [row_words][tile_voxels], aligned to the arena
  void* out;        ///< [row_words][tile_voxels], aligned; never overlaps in
  const void* add;  ///< s16 as out, or null; may be out itself
  const IntegerTables* tables;
  std::size_t n_in;
  std::size_t n_out;
  Number number;  ///< of out: s32, s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static DenseIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.add, c.op.integers, c.n_in, c.n_out, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return check_integer(op); }
};

// In floats voxels lie in lanes; a block of tile_outputs outputs and Ops::dense_vectors vectors of voxels stays in registers
// while k runs. On AVX2 that is 4 x 3 accumulators, three inputs and one broadcast weight: all 16 registers, 7 loads for 12
// fused multiply-adds (2 loads and 2 multiply-adds per cycle), and 12 independent chains where latency 4 at 2 per cycle
// needs 8. Weights are packed in the order this loop reads them. The unroll pragmas (GCC and clang read them) keep the tile in
// registers: without them GCC 12 spills it before the epilogue. Integers: dense_integer-inl.h.

/// Weights of large layers come from far, and hardware does not fetch ahead over the end of a page (4 KiB, which are 256 inputs
/// of a block): this many floats ahead they are asked for. Past the end of the table the hint does nothing.
inline constexpr std::size_t weights_ahead = 512;

/// Outputs j .. j + tile_outputs of the voxels from `voxel` on. `weights` is the block of those outputs.
template <class Ops>
inline void dense_block(const DenseArgs& a, std::size_t j, std::size_t voxel, const float* weights) noexcept {
  using Vec = typename Ops::Vec;
  constexpr std::size_t n_vec = Ops::dense_vectors;
  Vec acc[layout::tile_outputs][n_vec];
#pragma GCC unroll 4
  for (std::size_t o = 0; o < layout::tile_outputs; ++o)
    for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::broadcast(a.bias[j + o]);

  const float* in = a.in + voxel;
  for (std::size_t k = 0; k < a.n_in; ++k, in += layout::tile_voxels, weights += layout::tile_outputs) {
    __builtin_prefetch(weights + weights_ahead);
    Vec x[n_vec];
    for (std::size_t v = 0; v < n_vec; ++v) x[v] = Ops::load(in + v * Ops::lanes);
#pragma GCC unroll 4
    for (std::size_t o = 0; o < layout::tile_outputs; ++o) {
      const Vec w = Ops::broadcast(weights[o]);
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::mul_add(w, x[v], acc[o][v]);
    }
  }

#pragma GCC unroll 4
  for (std::size_t o = 0; o < layout::tile_outputs; ++o) {
    if (j + o >= a.n_out) return;  // padding of the last block has no place in the arena
    const std::size_t row = (j + o) * layout::tile_voxels + voxel;
    if (a.add != nullptr)
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = acc[o][v] + Ops::load(a.add + row + v * Ops::lanes);
    if (a.relu)
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::max(acc[o][v], Ops::broadcast(0));
    for (std::size_t v = 0; v < n_vec; ++v) Ops::store(a.out + row + v * Ops::lanes, acc[o][v]);
  }
}

/// Few voxels go one after the other: the outputs lie in lanes instead, four to a vector as the weights are packed. The sums
/// have the same terms in the same order, so the bits are the same. Eight blocks of outputs go together, for eight independent
/// chains; each multiply-add loads its own weights, two a cycle.
inline constexpr std::size_t narrow_voxels = 6;  ///< more are faster side by side: a column of 24 costs about eight of these

/// Outputs j .. j + n_block * tile_outputs of one voxel. Returns the outputs done.
template <class Ops, std::size_t n_block>
inline std::size_t dense_narrow_blocks(const DenseArgs& a, std::size_t j, std::size_t voxel) noexcept {
  using Quad = typename Ops::Quad;
  const std::size_t step = layout::tile_outputs * a.n_in;  // from block to block
  const float* weights = a.weights + j / layout::tile_outputs * step;
  Quad acc[n_block];
  for (std::size_t b = 0; b < n_block; ++b) acc[b] = Ops::load_quad(a.bias + j + b * layout::tile_outputs);
  const float* in = a.in + voxel;
  for (std::size_t i = 0; i < a.n_in; ++i, in += layout::tile_voxels, weights += layout::tile_outputs) {
    const Quad x = Ops::broadcast_quad(*in);
#pragma GCC unroll 8
    for (std::size_t b = 0; b < n_block; ++b) acc[b] = Ops::mul_add_quad(Ops::load_quad(weights + b * step), x, acc[b]);
  }
  for (std::size_t b = 0; b < n_block; ++b) {
    float y[layout::tile_outputs];
    Ops::store_quad(y, acc[b]);
    const std::size_t first = j + b * layout::tile_outputs;
    for (std::size_t o = 0; o < layout::tile_outputs && first + o < a.n_out; ++o) {
      const std::size_t at = (first + o) * layout::tile_voxels + voxel;
      if (a.add != nullptr) y[o] = y[o] + a.add[at];
      a.out[at] = a.relu && !(y[o] > 0) ? 0 : y[o];
    }
  }
  return n_block * layout::tile_outputs;
}

template <class Ops>
inline void dense_narrow(const DenseArgs& a) noexcept {
  const std::size_t n_out = layout::padded_outputs(a.n_out);
  for (std::size_t voxel = 0; voxel < a.n_voxel; ++voxel)
    for (std::size_t j = 0; j < n_out;) {
      const std::size_t left = (n_out - j) / layout::tile_outputs;
      j += left >= 8   ? dense_narrow_blocks<Ops, 8>(a, j, voxel)
           : left >= 4 ? dense_narrow_blocks<Ops, 4>(a, j, voxel)
           : left >= 2 ? dense_narrow_blocks<Ops, 2>(a, j, voxel)
                       : dense_narrow_blocks<Ops, 1>(a, j, voxel);
    }
}

template <class Ops>
void dense(const DenseArgs& a) noexcept {
  static_assert(layout::tile_voxels % (Ops::dense_vectors * Ops::lanes) == 0);
  if (a.n_voxel <= narrow_voxels) return dense_narrow<Ops>(a);
  const float* weights = a.weights;
  for (std::size_t j = 0; j < a.n_out; j += layout::tile_outputs, weights += layout::tile_outputs * a.n_in)
    for (std::size_t voxel = 0; voxel < a.n_voxel; voxel += Ops::dense_vectors * Ops::lanes)
      dense_block<Ops>(a, j, voxel, weights);
}

}  // namespace crbrt
