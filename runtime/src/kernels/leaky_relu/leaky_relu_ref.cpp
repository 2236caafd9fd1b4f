// SPDX-License-Identifier: Apache-2.0
// leaky_relu.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void leaky_relu_ref(MulAdd, const LeakyReluArgs& a) noexcept {
  for (std::size_t f = 0; f < a.n_feature; ++f)
    for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
      const float x = a.in[f * layout::tile_voxels + v];
      a.out[f * layout::tile_voxels + v] = x > 0 ? x : a.slope[f] * x;
    }
}

void leaky_relu_s16_ref(MulAdd, const LeakyReluIntegerArgs& a) noexcept {
  const IntegerTile in{const_cast<void*>(a.in), Number::s16}, out{a.out, a.number};
  for (std::size_t v = 0; v < a.n_voxel; ++v)
    for (std::size_t j = 0; j < a.n_feature; ++j) {
      const std::int32_t x = in.get(j, v), slope = static_cast<std::int32_t>(a.slope[j]);
      const std::int32_t y = x > 0 ? x : (x * slope + (1 << 14)) >> 15;
      const std::int32_t weight = a.tables->weights_s16[layout::packed_diagonal_index(j)];
      out.set(j, v, finish_ref(a.tables->bias[j] + weight * y, *a.tables, j, a.number, a.relu, 0));
    }
}

}  // namespace crbrt
