// SPDX-License-Identifier: Apache-2.0
// root_silu.h in plain loops: normative.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

namespace {

float sigmoid_ref(MulAdd kind, float x) noexcept { return x / std::sqrt(mul_add_ref(kind, x, x, 1)); }

float value_ref(MulAdd kind, float x) noexcept { return (0.5f * x) * (1 + sigmoid_ref(kind, x)); }

float slope_ref(MulAdd kind, float x) noexcept {
  const float s = sigmoid_ref(kind, x);
  return 0.5f * mul_add_ref(kind, s, mul_add_ref(kind, -s, s, 2), 1);
}

}  // namespace

void root_silu_ref(MulAdd kind, const RootSiluArgs& a) noexcept {
  for (std::size_t i = 0; i < a.n_feature * layout::tile_voxels; ++i) a.out[i] = value_ref(kind, a.in[i]);
}

void root_silu_tangent_ref(MulAdd kind, const RootSiluTangentArgs& a) noexcept {
  for (std::size_t f = 0; f < a.n_feature; ++f)
    for (std::size_t v = 0; v < a.n_voxel; ++v) {
      const float* const in = a.in + f * layout::tile_voxels + v;
      float* const out = a.out + f * layout::tile_voxels + v;
      for (std::size_t d = 1; d <= a.n_tangent; ++d) out[d * a.n_voxel] = in[d * a.n_voxel] * slope_ref(kind, *in);
      *out = value_ref(kind, *in);
    }
}

}  // namespace crbrt
