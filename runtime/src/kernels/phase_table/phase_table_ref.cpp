// SPDX-License-Identifier: Apache-2.0
// phase_table.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

namespace {

float sum_ref(MulAdd kind, const PhaseTableArgs& t, const float* a, std::size_t column, std::size_t part) noexcept {
  float sum = 0;
  for (std::size_t r = 0; r < t.n_latent; ++r) {
    const auto node = [&](std::size_t i) { return t.nodes[(i * t.n_latent + r) * t.n_part + part]; };
    float w = a[0] * node(0);
    for (std::size_t i = 1; i < 4; ++i) w = mul_add_ref(kind, a[i], node(i), w);
    sum = mul_add_ref(kind, w, t.latent[r * layout::tile_voxels + column * t.column_stride], sum);
  }
  return sum;
}

}  // namespace

void phase_table_ref(MulAdd kind, const PhaseTableArgs& t) noexcept {
  for (std::size_t d = 0; d < t.n_column; ++d)
    for (std::size_t part = 0; part < t.n_part; ++part) {
      float& out = t.out[d * t.n_part + part];
      out = sum_ref(kind, t, t.a, d, part);
      if (d == t.by_phase) out = out + sum_ref(kind, t, t.a_slope, 0, part);
    }
}

}  // namespace crbrt
