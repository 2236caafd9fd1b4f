/// The algorithm of estimate.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/store_tile-inl.h"

namespace crbrt {

template <class Ops>
layout::VoxelBits estimate(const EstimateArgs& a) noexcept {
  layout::VoxelBits outside = 0;
  for (std::size_t j = 0; j < a.estimates.columns; ++j) {
    const Output& output = a.outputs[j];
    for (std::size_t v = 0; v < a.estimates.rows; v += Ops::lanes) {
      float* const at = a.in + j * layout::tile_voxels + v;
      const auto y = Ops::broadcast(output.scale) * Ops::load(at) + Ops::broadcast(output.offset);
      Ops::store(at, y);
      const auto inside = y >= Ops::broadcast(output.minimum) && y <= Ops::broadcast(output.maximum);
      outside |= layout::VoxelBits{Ops::bits(!inside)} << v;
    }
  }
  store_tile<Ops>(a.in, a.blank, a.estimates);
  return outside & layout::voxel_bits_below(a.estimates.rows);  // not the rest of the last vector
}

}  // namespace crbrt
