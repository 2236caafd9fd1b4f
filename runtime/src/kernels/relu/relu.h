// SPDX-License-Identifier: Apache-2.0
/// out = max(in, 0); the result is +0 for -0 and for NaN. The smallest kernel: the one to copy when adding another.
#pragma once

#include "runtime/src/kernels/loops-inl.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct ReluArgs {
  const float* in;  ///< [n_feature][tile_voxels], aligned to the arena
  float* out;       ///< [n_feature][tile_voxels], aligned; may be in
  std::size_t n_feature;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static ReluArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.n_in == op.n_out; }
};

template <class Ops>
void relu(const ReluArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t, std::size_t i) __attribute__((always_inline)) {
        Ops::store(a.out + i, Ops::max(Ops::load(a.in + i), Ops::broadcast(0)));
      });
}

}  // namespace crbrt
