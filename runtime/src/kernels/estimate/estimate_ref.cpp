// estimate.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

std::uint32_t estimate_ref(MulAdd kind, const EstimateArgs& a) noexcept {
  std::uint32_t outside = 0;
  for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
    const std::uint32_t bit = std::uint32_t{1} << v;
    for (std::size_t j = 0; j < a.n_output; ++j) {
      const Output& output = a.outputs[j];
      const float y = mul_add_ref(kind, output.scale, a.in[j * layout::tile_voxels + v], output.offset);
      if (!(y >= output.minimum && y <= output.maximum)) outside |= bit;
      if (v < a.n_voxel) a.estimates[v * a.stride + j] = (a.blank & bit) != 0 ? 0 : y;
    }
  }
  return outside;
}

}  // namespace crbrt
