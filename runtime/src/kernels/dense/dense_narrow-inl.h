/// dense.h for few voxels, one after the other: the outputs lie in lanes instead, four to a vector as the weights are packed.
/// The sums have the same terms in the same order, so the bits are the same. Eight blocks of outputs go together, for eight
/// independent chains; each multiply-add loads its own weights, two a cycle.
#pragma once

#include "runtime/src/kernels/dense/dense.h"

namespace crbrt {

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
  for (std::size_t k = 0; k < a.n_in; ++k, in += layout::tile_voxels, weights += layout::tile_outputs) {
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

}  // namespace crbrt
