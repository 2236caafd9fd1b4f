// group_norm.h in plain loops: normative.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

void group_norm_ref(MulAdd kind, const GroupNormArgs& a) noexcept {
  const std::size_t size = a.n_feature / a.n_group;
  const auto count = static_cast<float>(size);
  for (std::size_t v = 0; v < layout::tile_voxels; ++v)
    for (std::size_t first = 0; first < a.n_feature; first += size) {
      const auto in = [&](std::size_t f) { return a.in[(first + f) * layout::tile_voxels + v]; };
      float sum = 0;
      for (std::size_t f = 0; f < size; ++f) sum += in(f);
      const float mean = sum / count;
      float squares = 0;
      for (std::size_t f = 0; f < size; ++f) squares = mul_add_ref(kind, in(f)-mean, in(f)-mean, squares);
      const float inverse_std = 1 / std::sqrt(squares / count + a.epsilon);
      for (std::size_t f = 0; f < size; ++f) {
        float y = mul_add_ref(kind, (in(f)-mean) * inverse_std, a.gamma[first + f], a.beta[first + f]);
        if (a.relu) y = y > 0 ? y : 0;
        a.out[(first + f) * layout::tile_voxels + v] = y;
      }
    }
}

}  // namespace crbrt
