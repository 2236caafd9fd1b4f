// SPDX-License-Identifier: Apache-2.0
// affine.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void affine_ref(MulAdd kind, const AffineArgs& a) noexcept {
  for (std::size_t f = 0; f < a.n_feature; ++f)
    for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
      float y = mul_add_ref(kind, a.scale[f], a.in[f * layout::tile_voxels + v], a.shift[f]);
      if (a.relu) y = y > 0 ? y : 0;
      a.out[f * layout::tile_voxels + v] = y;
    }
}

void affine_s16_ref(MulAdd, const AffineIntegerArgs& a) noexcept {
  const IntegerTile in{const_cast<void*>(a.in), Number::s16}, out{a.out, a.number};
  for (std::size_t v = 0; v < a.n_voxel; ++v)
    for (std::size_t j = 0; j < a.n_feature; ++j) {
      const std::int32_t weight = a.tables->weights_s16[layout::packed_diagonal_index(j)];
      out.set(j, v, finish_ref(a.tables->bias[j] + weight * in.get(j, v), *a.tables, j, a.number, a.relu, 0));
    }
}

}  // namespace crbrt
