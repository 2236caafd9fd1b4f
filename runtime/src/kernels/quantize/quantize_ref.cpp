// quantize.h in plain loops: normative. std::nearbyint stands where the fast path converts.
#include <cmath>

#include "runtime/src/kernels/fixed_tile_ref.h"
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void quantize_ref(const QuantizeArgs& a) noexcept {
  const FixedTile out{a.out, Number::s16};
  for (std::size_t i = 0; i < 2 * layout::row_words(Number::s16, a.n); ++i)
    for (std::size_t v = 0; v < a.n_voxel; ++v) {
      const float x = i < a.n ? a.in[i * layout::tile_voxels + v] * a.scale[i] : 0;
      out.set(i, v, static_cast<std::int32_t>(std::nearbyint(std::fmin(std::fmax(x, -quantized_max), quantized_max))));
    }
}

}  // namespace crbrt
