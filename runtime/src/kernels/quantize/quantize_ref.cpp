// SPDX-License-Identifier: Apache-2.0
// quantize.h in plain loops: normative. std::nearbyint stands where the fast path converts.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

void quantize_ref(MulAdd, const QuantizeArgs& a) noexcept {
  const IntegerTile out{a.out, Number::s16};
  for (std::size_t i = 0; i < 2 * layout::row_words(Number::s16, a.n); ++i)
    for (std::size_t v = 0; v < a.n_voxel; ++v) {
      const float x = i < a.n ? a.in[i * layout::tile_voxels + v] * a.scale[i] : 0;
      out.set(i, v, static_cast<std::int32_t>(std::nearbyint(std::fmin(std::fmax(x, -quantized_max), quantized_max))));
    }
}

void dequantize_ref(MulAdd, const DequantizeArgs& a) noexcept {
  const IntegerTile in{const_cast<void*>(a.in), Number::s32};
  for (std::size_t j = 0; j < a.n; ++j)
    for (std::size_t v = 0; v < a.n_voxel; ++v)
      a.out[j * layout::tile_voxels + v] = static_cast<float>(in.get(j, v)) * a.scale[j];
}

}  // namespace crbrt
