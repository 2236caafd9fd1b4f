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

}  // namespace crbrt
