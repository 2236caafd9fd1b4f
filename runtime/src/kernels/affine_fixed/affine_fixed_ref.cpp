// affine_fixed.h in plain loops: normative.
#include "runtime/src/kernels/fixed_tile_ref.h"
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void affine_fixed_ref(const AffineFixedArgs& a) noexcept {
  const FixedTile in{const_cast<void*>(a.in), Number::s16}, out{a.out, a.number};
  for (std::size_t v = 0; v < a.n_voxel; ++v)
    for (std::size_t j = 0; j < a.n_feature; ++j) {
      const std::int32_t weight = a.tables->weights_s16[layout::packed_diagonal_index(j)];
      out.set(j, v, finish_ref(a.tables->bias[j] + weight * in.get(j, v), *a.tables, j, a.number, a.relu, 0));
    }
}

}  // namespace crbrt
