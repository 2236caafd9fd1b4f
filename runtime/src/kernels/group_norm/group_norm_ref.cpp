// SPDX-License-Identifier: Apache-2.0
// group_norm.h in plain loops: normative.
#include <cmath>

#include "crbrt/format/inverse_root.h"
#include "crbrt/format/requant.h"
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

namespace {

std::int32_t normalised_ref(std::int32_t d, InverseRoot r, std::int32_t u) {
  const std::int32_t half = r.half < u ? 1 << (u - r.half - 1) : 0;
  const std::int32_t p = r.half < u ? (d + half) >> (u - r.half) : d * (1 << (r.half - u));
  return (p * r.root + (1 << 14)) >> 15;
}

}  // namespace

void group_norm_s16_ref(MulAdd, const GroupNormIntegerArgs& a) noexcept {
  const IntegerTile in{const_cast<void*>(a.in), Number::s16}, out{a.out, a.number};
  const IntegerGroupNorm& c = *a.constants;
  const std::size_t size = a.n_feature / a.n_group;
  for (std::size_t v = 0; v < a.n_voxel; ++v)
    for (std::size_t first = 0; first < a.n_feature; first += size) {
      std::int32_t sum = 0;
      for (std::size_t f = first; f < first + size; ++f) sum += in.get(f, v);
      const std::int32_t mean = mean_of_sum(sum, {c.mean_shift, c.mean_multiplier});
      const auto d = [&](std::size_t f) { return saturate(in.get(f, v) - mean, s16_min, s16_max); };
      std::int64_t squares = c.epsilon;
      for (std::size_t f = first; f < first + size; f += 2)
        squares += (std::int64_t{d(f)} * d(f) + std::int64_t{d(f + 1)} * d(f + 1)) >> c.square_shift;
      const InverseRoot r = inverse_root(static_cast<std::int32_t>(squares));
      for (std::size_t f = first; f < first + size; ++f) {
        const std::int32_t x = normalised_ref(d(f), r, deviation_shift(c));
        const std::int32_t weight = a.tables->weights_s16[layout::packed_diagonal_index(f)];
        out.set(f, v, finish_ref(a.tables->bias[f] + weight * x, *a.tables, f, a.number, a.relu, 0));
      }
    }
}

}  // namespace crbrt
