/// The algorithm of estimate.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/estimate/estimate.h"

namespace crbrt {

/// Feature-major tile to the caller's rows.
template <class Ops>
void store_tile(const EstimateArgs& a) noexcept {
  for (std::size_t v = 0; v < a.n_voxel; ++v) {
    const bool blank = (a.blank >> v & 1) != 0;
    float* const row = a.estimates + v * a.stride;
    for (std::size_t j = 0; j < a.n_output; ++j) row[j] = blank ? 0.0f : a.in[j * layout::tile_voxels + v];
  }
}

template <class Ops>
std::uint32_t estimate(const EstimateArgs& a) noexcept {
  std::uint32_t outside = 0;
  for (std::size_t j = 0; j < a.n_output; ++j) {
    const Output& output = a.outputs[j];
    for (std::size_t v = 0; v < layout::tile_voxels; v += Ops::lanes) {
      float* const at = a.in + j * layout::tile_voxels + v;
      const auto y = Ops::mul_add(Ops::broadcast(output.scale), Ops::load(at), Ops::broadcast(output.offset));
      Ops::store(at, y);
      const auto inside = y >= Ops::broadcast(output.minimum) && y <= Ops::broadcast(output.maximum);
      outside |= Ops::bits(!inside) << v;
    }
  }
  store_tile<Ops>(a);
  return outside;
}

}  // namespace crbrt
