// SPDX-License-Identifier: Apache-2.0
// uncertainty.h in plain loops: normative. std::frexp, std::nearbyint and std::ldexp stand where the fast path works on bits.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

namespace {

template <std::size_t n>
float series_ref(const float (&coefficients)[n], float x) {
  float y = coefficients[n - 1];
  for (std::size_t k = n - 1; k-- > 0;) y = y * x + coefficients[k];
  return y;
}

float clamp_ref(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/// A positive float as 2^exponent * (1 + fraction), denormals included.
struct Parts {
  int exponent;
  float fraction;
};

Parts parts_ref(float x) {
  Parts parts{};
  parts.fraction = 2 * std::frexp(x, &parts.exponent) - 1;
  --parts.exponent;
  return parts;
}

float log2_ratio_ref(float sigma, float size, float scale) {
  const Parts s = parts_ref(sigma), c = parts_ref(size);
  const auto exponent = static_cast<float>(s.exponent - c.exponent + parts_ref(scale).exponent);
  const float of_sigma = s.fraction * series_ref(log2_series, s.fraction);
  const float of_norm = c.fraction * series_ref(log2_series, c.fraction);
  return exponent + (of_sigma - of_norm);
}

float exp_ref(float e) {
  const float t = clamp_ref(e * log2_e, smallest_exp2, largest_exp2);
  const float n = std::nearbyint(t);
  if (std::isnan(n)) return n;
  return std::ldexp(series_ref(exp2_series, t - n), static_cast<int>(n));
}

}  // namespace

void uncertainty_ref(const UncertaintyArgs& a) noexcept {
  const View2<float>& out = a.standard_deviations;
  const auto q = [&](std::size_t order, std::size_t j, std::size_t v) {
    return a.in[(order * out.columns + j) * layout::tile_voxels + v];
  };
  for (std::size_t v = 0; v < out.rows; ++v) {
    const float ratio = log2_ratio_ref(a.sigma, a.norm->size[v], a.norm->scale[v]);
    const float l = ratio * ln_2 - a.range.log_noise_center;
    const float lc = clamp_ref(l, a.range.log_noise_min, a.range.log_noise_max);
    const float beyond = l > a.range.log_noise_max ? l - a.range.log_noise_max : 0;
    for (std::size_t j = 0; j < out.columns; ++j) {
      const float e = ((q(2, j, v) * lc + q(1, j, v)) * lc + q(0, j, v)) + beyond;
      const float sd =
          clamp_ref(exp_ref(e) * std::fabs(a.outputs[j].scale), a.outputs[j].std_minimum, a.outputs[j].std_maximum);
      out.data[v * out.row_stride + j * out.column_stride] = (a.blank >> v & 1) != 0 ? 0 : sd;
    }
  }
}

}  // namespace crbrt
