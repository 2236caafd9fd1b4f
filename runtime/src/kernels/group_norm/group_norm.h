// SPDX-License-Identifier: Apache-2.0
/// Group normalisation over features, for each voxel on its own. A group is n_feature / n_group neighbouring features.
///
///   mean = (sum_f in[f]) / size        var = (sum_f (in[f] - mean)^2) / size       f ascending, both over one group
///   out[f] = (in[f] - mean) * (1 / sqrt(var + epsilon)) * gamma[f] + beta[f]       last product and sum are one mul_add
///   out[f] = max(out[f], 0)                                                        when relu
///
/// Integers, in groups that group_fits allows (crbrt/format/integer_bounds.h):
///
///   mean    = mean_of_sum(sum of in over the group, {mean_shift, mean_multiplier})
///   d[f]    = in[f] - mean, saturated to s16
///   v       = epsilon + sum over pairs of ((d[f]^2 + d[f + 1]^2) >> square_shift)       f even; below 2^31 (program_check)
///   h, root = inverse_root(v)                                                           crbrt/format/inverse_root.h
///   p[f]    = d[f] * 2^(h - u)                              u = square_shift / 2 + 1; where h < u, halves are rounded up
///   x[f]    = (p[f] * root + 2^14) >> 15
///   acc[f]  = bias[f] + weights[f] * x[f]                   then as affine.h
///
/// x is (d / deviation) * 2^13.5 / sqrt(size of a group) and at most 2^14.5: |d| * 2^h < 2^15.5 * 2^(square_shift / 2), because
/// epsilon, at least 1, makes up for what the shifted squares lose.
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct GroupNormArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* gamma;  ///< [n_feature]
  const float* beta;   ///< [n_feature]
  std::size_t n_feature;
  std::size_t n_group;  ///< divides n_feature
  float epsilon;        ///< positive
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static GroupNormArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.weights, c.op.bias, c.n_in, c.n_group, c.op.epsilon, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept {
    return op.weights != nullptr && op.bias != nullptr && op.n_in == op.n_out && op.n_group > 0 && op.n_in % op.n_group == 0 &&
           is_finite(op.epsilon) && op.epsilon > 0;
  }
};

struct GroupNormIntegerArgs {
  const void* in;  ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;       ///< s16 or u8; s16 may be in
  const IntegerTables* tables;
  const IntegerGroupNorm* constants;
  std::size_t n_feature;
  std::size_t n_group;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static GroupNormIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.integers, c.op.integer_group_norm, c.n_in, c.n_group, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return check_integer(op); }
};

/// u above.
constexpr std::int32_t deviation_shift(const IntegerGroupNorm& constants) noexcept { return constants.square_shift / 2 + 1; }

// In floats two passes per group: a one-pass variance would cancel where the mean is large against the spread. Sums run over
// features, so each is a chain of its own: several vectors of voxels go together to hide its latency. Integers:
// group_norm_integer-inl.h.

/// Features first .. first + size of n_vec vectors of voxels.
template <class Ops, std::size_t n_vec>
inline void normalise_group(const GroupNormArgs& a, std::size_t first, std::size_t size, std::size_t voxel) noexcept {
  using Vec = typename Ops::Vec;
  const float* const in = a.in + first * Ops::row_stride + voxel;
  float* const out = a.out + first * Ops::row_stride + voxel;
  const auto at = [&](std::size_t f, std::size_t v) { return Ops::load(in + f * Ops::row_stride + v * Ops::lanes); };
  const Vec count = Ops::broadcast(static_cast<float>(size));

  Vec mean[n_vec], scale[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) mean[v] = scale[v] = Ops::broadcast(0);
  for (std::size_t f = 0; f < size; ++f)
    for (std::size_t v = 0; v < n_vec; ++v) mean[v] = mean[v] + at(f, v);
  for (std::size_t v = 0; v < n_vec; ++v) mean[v] = mean[v] / count;

  for (std::size_t f = 0; f < size; ++f)
    for (std::size_t v = 0; v < n_vec; ++v) {
      const Vec d = at(f, v) - mean[v];
      scale[v] = Ops::mul_add(d, d, scale[v]);
    }
  for (std::size_t v = 0; v < n_vec; ++v)
    scale[v] = Ops::broadcast(1) / Ops::sqrt(scale[v] / count + Ops::broadcast(a.epsilon));

  const bool relu = a.relu;
  for (std::size_t f = 0; f < size; ++f) {
    const Vec gamma = Ops::broadcast(a.gamma[first + f]), beta = Ops::broadcast(a.beta[first + f]);
    for (std::size_t v = 0; v < n_vec; ++v) {
      Vec y = Ops::mul_add((at(f, v) - mean[v]) * scale[v], gamma, beta);
      if (relu) y = Ops::max(y, Ops::broadcast(0));
      Ops::store(out + f * Ops::row_stride + v * Ops::lanes, y);
    }
  }
}

template <class Ops>
void group_norm(const GroupNormArgs& a) noexcept {
  constexpr std::size_t n_vec = Ops::dense_vectors;  // enough chains, and a tile holds a whole number of them
  const std::size_t size = a.n_feature / a.n_group;
  for (std::size_t first = 0; first < a.n_feature; first += size) {
    if (a.n_voxel <= Ops::lanes) {
      normalise_group<Ops, 1>(a, first, size, 0);
      continue;
    }
    for (std::size_t voxel = 0; voxel < a.n_voxel; voxel += n_vec * Ops::lanes)
      normalise_group<Ops, n_vec>(a, first, size, voxel);
  }
}

}  // namespace crbrt
