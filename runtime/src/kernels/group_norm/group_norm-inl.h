/// The algorithm of group_norm.h over the vocabulary of an instruction set. Two passes per group: a one-pass variance would
/// cancel where the mean is large against the spread.
#pragma once

#include "runtime/src/kernels/group_norm/group_norm.h"

namespace crbrt {

/// Features first .. first + size of one vector of voxels.
template <class Ops>
inline void normalise_group(const GroupNormArgs& a, std::size_t first, std::size_t size, std::size_t voxel) noexcept {
  using Vec = typename Ops::Vec;
  const float* const in = a.in + first * layout::tile_voxels + voxel;
  float* const out = a.out + first * layout::tile_voxels + voxel;
  const Vec count = Ops::broadcast(static_cast<float>(size));

  Vec sum = Ops::broadcast(0);
  for (std::size_t f = 0; f < size; ++f) sum = sum + Ops::load(in + f * layout::tile_voxels);
  const Vec mean = sum / count;

  Vec squares = Ops::broadcast(0);
  for (std::size_t f = 0; f < size; ++f) {
    const Vec d = Ops::load(in + f * layout::tile_voxels) - mean;
    squares = Ops::mul_add(d, d, squares);
  }
  const Vec inverse_std = Ops::broadcast(1) / Ops::sqrt(squares / count + Ops::broadcast(a.epsilon));

  for (std::size_t f = 0; f < size; ++f) {
    const Vec x = (Ops::load(in + f * layout::tile_voxels) - mean) * inverse_std;
    Vec y = Ops::mul_add(x, Ops::broadcast(a.gamma[first + f]), Ops::broadcast(a.beta[first + f]));
    if (a.relu) y = Ops::max(y, Ops::broadcast(0));
    Ops::store(out + f * layout::tile_voxels, y);
  }
}

template <class Ops>
void group_norm(const GroupNormArgs& a) noexcept {
  const std::size_t size = a.n_feature / a.n_group;
  for (std::size_t first = 0; first < a.n_feature; first += size)
    for (std::size_t voxel = 0; voxel < layout::tile_voxels; voxel += Ops::lanes) normalise_group<Ops>(a, first, size, voxel);
}

}  // namespace crbrt
