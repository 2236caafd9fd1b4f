// SPDX-License-Identifier: Apache-2.0
/// The float algorithm of dense.h with outputs in lanes: neighbouring weights of a panel are a vector, and a feature of a voxel
/// is in all lanes of another. The sums have the same terms in the same order as with voxels in lanes, so the bits are the
/// same, and no voxel is computed that nobody asked for.
///
/// One voxel reads every weight once, so that a network beyond the first cache is as fast as the second or third gives its
/// weights. A panel at a time is one stream of them and has enough chains: four vectors of 8 every four cycles, the latency of
/// a multiply-add, are 32 bytes a cycle. Several voxels share the weights that were read; on AVX2 two vectors of outputs by six
/// voxels are 12 sums, two weights and one input.
#pragma once

#include "runtime/src/kernels/dense/dense.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

/// Outputs in the lanes of the vectors of `Ops`.
template <class Ops>
struct VectorOutputs {
  using Vec = typename Ops::Vec;
  static constexpr std::size_t width = Ops::lanes;
  static Vec load(const float* p) noexcept { return Ops::load_anywhere(p); }
  static void store(float* p, Vec x) noexcept { Ops::store_anywhere(p, x); }
  static Vec broadcast(float x) noexcept { return Ops::broadcast(x); }
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return Ops::mul_add(a, b, c); }
  static Vec relu(Vec x) noexcept { return Ops::max(x, Ops::broadcast(0)); }
};

/// Four outputs: what is left of a panel, and all that an instruction set without vectors has.
template <class Ops>
struct QuadOutputs {
  using Vec = typename Ops::Quad;
  static constexpr std::size_t width = layout::tile_outputs;
  static Vec load(const float* p) noexcept { return Ops::load_quad(p); }
  static void store(float* p, Vec x) noexcept { Ops::store_quad(p, x); }
  static Vec broadcast(float x) noexcept { return Ops::broadcast_quad(x); }
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return Ops::mul_add_quad(a, b, c); }
  static Vec relu(Vec x) noexcept { return Ops::relu_quad(x); }
};

/// What lies in the lanes of a vector of V.
template <class V, bool has_vectors = (V::lanes >= layout::tile_outputs)>
struct LanesOf {
  using type = VectorOutputs<V>;
};
template <class V>
struct LanesOf<V, false> {
  using type = QuadOutputs<V>;
};

/// Weights of large layers come from far, and with several voxels a step takes long enough to ask for them so many inputs
/// ahead. Past the end of the table the hint does nothing. One voxel is faster without: the hints cost more than they save.
inline constexpr std::size_t inputs_ahead = 8;

/// The same of one voxel of a tile of one.
template <class L, std::size_t n_vec>
inline void finish_outputs(const DenseArgs& a, std::size_t j, typename L::Vec (&acc)[n_vec]) noexcept {
  unrolled<n_vec>([&](auto i) __attribute__((always_inline)) {
    const std::size_t at = j + i * L::width;
    if (a.add != nullptr) acc[i] = acc[i] + L::load(a.add + at);
    if (a.relu) acc[i] = L::relu(acc[i]);
    L::store(a.out + at, acc[i]);
  });
}

/// Sums of n_out outputs from j on, [n_voxel][n_out], to their places in a tile of many voxels: four by four, then what is
/// left.
template <class Ops>
[[gnu::noinline]] void scatter_outputs(const DenseArgs& a, std::size_t j, std::size_t voxel, std::size_t n_voxel,
                                       const float* sums, std::size_t n_out) noexcept {
  const std::size_t n_kept = j + n_out <= a.n_out ? n_out : a.n_out - j;  // padding has no place in the arena
  std::size_t v = 0;
  for (; v + 4 <= n_voxel && n_kept % 4 == 0; v += 4)
    for (std::size_t o = 0; o < n_kept; o += 4) {
      typename Ops::Quad quads[4];
      for (std::size_t i = 0; i < 4; ++i) quads[i] = Ops::load_quad(sums + (v + i) * n_out + o);
      Ops::transpose_quads(quads);
      for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t at = (j + o + i) * Ops::row_stride + voxel + v;
        if (a.add != nullptr) quads[i] = quads[i] + Ops::load_quad(a.add + at);
        if (a.relu) quads[i] = Ops::relu_quad(quads[i]);
        Ops::store_quad(a.out + at, quads[i]);
      }
    }
  for (; v < n_voxel; ++v)
    for (std::size_t o = 0; o < n_kept; ++o) {
      const std::size_t at = (j + o) * Ops::row_stride + voxel + v;
      float sum = sums[v * n_out + o];
      if (a.add != nullptr) sum = sum + a.add[at];
      a.out[at] = a.relu && !(sum > 0) ? 0 : sum;
    }
}

/// Outputs j .. j + n_vec * L::width of n_voxel voxels. `weights` are those of the first input, `width` is that of their panel.
template <class Ops, class L, std::size_t n_vec, std::size_t n_voxel>
[[gnu::always_inline]] inline void dense_output_block(const DenseArgs& a, std::size_t j, std::size_t voxel,
                                                      const float* weights, std::size_t width) noexcept {
  using Vec = typename L::Vec;
  Vec acc[n_voxel][n_vec];
  unrolled<n_vec>([&](auto i) __attribute__((always_inline)) {
    const Vec start = L::load(a.bias + j + i * L::width);
    unrolled<n_voxel>([&](auto v) __attribute__((always_inline)) { acc[v][i] = start; });
  });
  const float* in = a.in + voxel;
  for (std::size_t k = 0; k < a.n_in; ++k, in += Ops::row_stride, weights += width) {
    if constexpr (n_voxel > 1) __builtin_prefetch(weights + inputs_ahead * width);
    Vec w[n_vec];
    unrolled<n_vec>([&](auto i) __attribute__((always_inline)) { w[i] = L::load(weights + i * L::width); });
    unrolled<n_voxel>([&](auto v) __attribute__((always_inline)) {
      const Vec x = L::broadcast(in[v]);
      unrolled<n_vec>([&](auto i) __attribute__((always_inline)) { acc[v][i] = L::mul_add(w[i], x, acc[v][i]); });
    });
  }
  if constexpr (Ops::row_stride == 1) {
    finish_outputs<L, n_vec>(a, j, acc[0]);
  } else {
    float sums[n_voxel][n_vec * L::width];
    unrolled<n_voxel>([&](auto v) __attribute__((always_inline)) {
      unrolled<n_vec>([&](auto i) __attribute__((always_inline)) { L::store(sums[v] + i * L::width, acc[v][i]); });
    });
    scatter_outputs<Ops>(a, j, voxel, n_voxel, sums[0], n_vec * L::width);
  }
}

/// The same for `count` voxels, at most n_voxel.
template <class Ops, class L, std::size_t n_vec, std::size_t n_voxel>
inline void dense_output_voxels(const DenseArgs& a, std::size_t j, std::size_t voxel, std::size_t count, const float* weights,
                                std::size_t width) noexcept {
  if constexpr (n_voxel > 1)
    if (count < n_voxel) return dense_output_voxels<Ops, L, n_vec, n_voxel - 1>(a, j, voxel, count, weights, width);
  dense_output_block<Ops, L, n_vec, n_voxel>(a, j, voxel, weights, width);
}

/// Voxels from `first` on in groups that are about as large as each other.
struct VoxelGroups {
  std::size_t first, n_group, smaller, n_larger;  ///< n_larger of the groups have one voxel more
};

/// n_vec vectors of outputs from j on, of all voxels.
template <class Ops, class L, std::size_t n_vec>
inline void dense_output_groups(const DenseArgs& a, std::size_t j, const VoxelGroups& groups, const float* weights,
                                std::size_t width) noexcept {
  std::size_t voxel = groups.first;
  for (std::size_t g = 0; g < groups.n_group; ++g) {
    const std::size_t count = groups.smaller + (g < groups.n_larger ? 1 : 0);
    dense_output_voxels<Ops, L, n_vec, Ops::output_voxels>(a, j, voxel, count, weights, width);
    voxel += count;
  }
}

/// All outputs of the voxels from `first` on.
template <class Ops>
inline void dense_outputs(const DenseArgs& a, std::size_t first) noexcept {
  using L = typename LanesOf<Ops>::type;
  using Quads = QuadOutputs<Ops>;
  constexpr std::size_t n_wide =
      L::width > 8 ? layout::panel_outputs / L::width : 4;  // vectors of two voxels, for eight chains
  const std::size_t n_voxel = a.n_voxel - first, n_group = (n_voxel + Ops::output_voxels - 1) / Ops::output_voxels;
  const VoxelGroups groups{first, n_group, n_voxel / n_group, n_voxel % n_group};
  for (std::size_t panel = 0; panel < a.n_out; panel += layout::panel_outputs) {
    const std::size_t width = layout::panel_width(a.n_packed, panel);  // of many
    const std::size_t left = layout::padded_outputs(a.n_out) - panel, end = left < width ? left : width;
    const float* const weights = a.weights + panel * a.n_in;
    std::size_t o = 0;
    if constexpr (n_wide > 2)
      for (; n_voxel == 2 && o + n_wide * L::width <= end; o += n_wide * L::width)
        dense_output_block<Ops, L, n_wide, 2>(a, panel + o, first, weights + o, width);
    for (; o + 2 * L::width <= end; o += 2 * L::width) dense_output_groups<Ops, L, 2>(a, panel + o, groups, weights + o, width);
    for (; o + L::width <= end; o += L::width) dense_output_groups<Ops, L, 1>(a, panel + o, groups, weights + o, width);
    for (; o < end; o += Quads::width) dense_output_groups<Ops, Quads, 1>(a, panel + o, groups, weights + o, width);
  }
}

/// All outputs of a tile of one voxel: as many at once as a panel has.
template <class Ops>
inline void dense_outputs_of_one(const DenseArgs& a) noexcept {
  using V = typename Ops::Vectors;
  using L = typename LanesOf<V>::type;
  using Quads = QuadOutputs<V>;
  for (std::size_t panel = 0; panel < a.n_out; panel += layout::panel_outputs) {
    const std::size_t width = layout::panel_width(a.n_packed, panel);
    const std::size_t left = layout::padded_outputs(a.n_out) - panel, end = left < width ? left : width;
    const float* const weights = a.weights + panel * a.n_in;
    std::size_t o = 0;
    if (end == layout::panel_outputs) {
      dense_output_block<Ops, L, layout::panel_outputs / L::width, 1>(a, panel, 0, weights, width);
      continue;
    }
    if (end >= 16) dense_output_block<Ops, L, 16 / L::width, 1>(a, panel, 0, weights, width), o = 16;
    for (; o + 8 <= end; o += 8) dense_output_block<Ops, Quads, 2, 1>(a, panel + o, 0, weights + o, width);
    for (; o < end; o += 4) dense_output_block<Ops, Quads, 1, 1>(a, panel + o, 0, weights + o, width);
  }
}

}  // namespace crbrt
