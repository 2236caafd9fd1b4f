// SPDX-License-Identifier: Apache-2.0
// preprocess.h in plain loops: normative. std::ilogb and std::ldexp stand where the fast path works on exponent bits.
#include <algorithm>
#include <cfloat>
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

namespace {

/// 2^-e for |x| in [2^e, 2^(e+1)); at least 2^-126; 2^127 for zero and denormals, as exponent bits of zero say.
float inverse_power_of_two_ref(float x) {
  if (!(x >= FLT_MIN)) return std::ldexp(1.0f, 127);
  return std::ldexp(1.0f, std::max(-std::ilogb(x), -126));
}

struct Rotation {
  float real = 1, imag = 0;
};

Rotation rotation_ref(float re, float im) {
  const float size = std::max(std::fabs(re), std::fabs(im));
  if (size < FLT_MIN) return {};
  re *= inverse_power_of_two_ref(size);
  im *= inverse_power_of_two_ref(size);
  const float modulus = std::sqrt(re * re + im * im);
  return {re / modulus, im / modulus};
}

/// One voxel, features[f * tile_voxels] in place.
void standardise_ref(const PreprocessArgs& a, float* features, float inverse_norm) {
  const auto at = [&](std::size_t f) -> float& { return features[f * layout::tile_voxels]; };
  const Preprocessing& p = a.preprocessing;
  Rotation u;
  if (p.phase_reference >= 0) {
    const auto r = static_cast<std::size_t>(p.phase_reference);
    u = rotation_ref(at(r), at(a.in.n_coeff + r));
  }
  const Rotation gain{u.real * inverse_norm, u.imag * inverse_norm};
  const auto turned_imag = [&](std::size_t i) { return at(a.in.n_coeff + i) * gain.real - at(i) * gain.imag; };
  const bool conjugates = p.conjugate_reference >= 0 && turned_imag(static_cast<std::size_t>(p.conjugate_reference)) < 0;
  for (std::size_t i = 0; i < a.in.n_coeff; ++i) {
    const float re = at(i), im = at(a.in.n_coeff + i), y = conjugates ? -turned_imag(i) : turned_imag(i);
    at(i) = (re * gain.real + im * gain.imag - p.mean[i]) * p.inverse_std[i];
    const std::size_t j = a.in.n_coeff + i;
    at(j) = (y - p.mean[j]) * p.inverse_std[j];
  }
}

void load_ref(const PreprocessArgs& a, std::size_t v) {
  for (std::size_t i = 0; i < a.in.n_coeff; ++i) {
    float& re = a.features[i * layout::tile_voxels + v];
    float& im = a.features[(a.in.n_coeff + i) * layout::tile_voxels + v];
    const std::size_t at = v * a.in.voxel_stride + i * a.in.coefficient_stride;
    re = a.in.real[at];
    im = a.in.imag[at];
  }
}

}  // namespace

PreprocessFlags preprocess_ref(const PreprocessArgs& a) noexcept {
  PreprocessFlags flags{0, 0};
  const bool normalise = a.preprocessing.l2_normalize != 0;
  for (std::size_t v = 0; v < a.in.n_voxel; ++v) {
    load_ref(a, v);
    const auto at = [&](std::size_t f) -> float& { return a.features[f * layout::tile_voxels + v]; };
    float peak = 0;
    bool non_finite = false;
    for (std::size_t f = 0; f < 2 * a.in.n_coeff; ++f) {
      non_finite = non_finite || !std::isfinite(at(f));
      peak = std::fabs(at(f)) > peak ? std::fabs(at(f)) : peak;
    }
    const bool vanishes = !non_finite && peak < FLT_MIN;
    if (non_finite) flags.non_finite |= layout::voxel_bit(v);
    if (vanishes) flags.zero_signal |= layout::voxel_bit(v);
    const bool flagged = non_finite || vanishes;
    const float scale = flagged ? 1 : inverse_power_of_two_ref(peak);
    float squares = 0;
    for (std::size_t f = 0; f < 2 * a.in.n_coeff; ++f) {
      const float c = flagged ? 0 : at(f), x = c * scale;
      at(f) = normalise ? x : c;
      squares = squares + x * x;
    }
    const float norm = flagged ? 1 : std::sqrt(squares);
    if (a.norm != nullptr) a.norm->size[v] = norm, a.norm->scale[v] = scale;
    standardise_ref(a, a.features + v, normalise ? 1 / norm : 1);
  }
  return flags;
}

}  // namespace crbrt
