// dequantize.h in plain loops: normative.
#include "runtime/src/kernels/fixed_tile_ref.h"
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void dequantize_ref(const DequantizeArgs& a) noexcept {
  const FixedTile in{const_cast<void*>(a.in), Number::s32};
  for (std::size_t j = 0; j < a.n; ++j)
    for (std::size_t v = 0; v < a.n_voxel; ++v)
      a.out[j * layout::tile_voxels + v] = static_cast<float>(in.get(j, v)) * a.scale[j];
}

}  // namespace crbrt
