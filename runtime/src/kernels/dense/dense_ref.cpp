// dense.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void dense_ref(MulAdd kind, const DenseArgs& a) noexcept {
  for (std::size_t v = 0; v < layout::tile_voxels; ++v)
    for (std::size_t j = 0; j < a.n_out; ++j) {
      float y = a.bias[j];
      for (std::size_t k = 0; k < a.n_in; ++k)
        y = mul_add_ref(kind, a.weights[layout::packed_index(a.n_in, j, k)], a.in[k * layout::tile_voxels + v], y);
      if (a.add != nullptr) y += a.add[j * layout::tile_voxels + v];
      if (a.relu) y = y > 0 ? y : 0;
      a.out[j * layout::tile_voxels + v] = y;
    }
}

}  // namespace crbrt
