/// The float algorithm of group_norm.h over the vocabulary of an instruction set. Two passes per group: a one-pass variance
/// would cancel where the mean is large against the spread. Sums run over features, so each is a chain of its own: several
/// vectors of voxels go together to hide its latency.
#pragma once

#include "runtime/src/kernels/group_norm/group_norm.h"

namespace crbrt {

/// Features first .. first + size of n_vec vectors of voxels.
template <class Ops, std::size_t n_vec>
inline void normalise_group(const GroupNormArgs& a, std::size_t first, std::size_t size, std::size_t voxel) noexcept {
  using Vec = typename Ops::Vec;
  const float* const in = a.in + first * layout::tile_voxels + voxel;
  float* const out = a.out + first * layout::tile_voxels + voxel;
  const auto at = [&](std::size_t f, std::size_t v) { return Ops::load(in + f * layout::tile_voxels + v * Ops::lanes); };
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
      Ops::store(out + f * layout::tile_voxels + v * Ops::lanes, y);
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
