/// The algorithm of preprocess.h over the vocabulary of an instruction set. Three passes: transpose the rows, find the peak,
/// then rotate and scale. Every lane is one voxel and no lane sees another.
#pragma once

#include <cfloat>

#include "runtime/src/kernels/preprocess/preprocess.h"

namespace crbrt {

/// Rows of voxels to feature-major tile; missing voxels become zeros.
template <class Ops>
void load_tile(const PreprocessArgs& a) noexcept {
  constexpr std::size_t tile = layout::tile_voxels;
  const std::size_t n = a.n_coeff;
  for (std::size_t v = 0; v < a.in.n_voxel; ++v) {
    const float* row = a.in.coefficients + v * a.in.stride;
    for (std::size_t i = 0; i < n; ++i) {
      a.features[i * tile + v] = row[i * a.in.step];
      a.features[(n + i) * tile + v] = row[i * a.in.step + a.in.imag_offset];
    }
  }
  for (std::size_t v = a.in.n_voxel; v < tile; ++v)
    for (std::size_t f = 0; f < 2 * n; ++f) a.features[f * tile + v] = 0;
}

/// conj(u) of preprocess.h without dividing by an underflowed modulus: the reference is scaled by its own power of two.
template <class Ops>
struct Rotation {
  typename Ops::Vec real, imag;

  static Rotation none() noexcept { return {Ops::broadcast(1), Ops::broadcast(0)}; }

  static Rotation from(typename Ops::Vec re, typename Ops::Vec im) noexcept {
    const auto size = Ops::max(Ops::abs(re), Ops::abs(im));
    const auto vanishes = size < Ops::broadcast(FLT_MIN);
    const auto scale = Ops::inverse_power_of_two(size);
    re = re * scale;
    im = im * scale;
    const auto modulus = Ops::select(vanishes, Ops::broadcast(1), Ops::sqrt(Ops::mul_add(re, re, im * im)));
    return {Ops::select(vanishes, Ops::broadcast(1), re / modulus), Ops::select(vanishes, Ops::broadcast(0), im / modulus)};
  }
};

/// Rotates, scales and standardises one vector of voxels whose features are finite and at most 4 in size (if normalised).
template <class Ops>
void rotate_and_standardise(const PreprocessArgs& a, std::size_t voxel, typename Ops::Vec inverse_norm) noexcept {
  const Preprocessing& p = a.preprocessing;
  float* const real = a.features + voxel;
  float* const imag = real + a.n_coeff * layout::tile_voxels;
  Rotation<Ops> rotation = Rotation<Ops>::none();
  if (p.phase_reference >= 0) {
    const std::size_t r = static_cast<std::size_t>(p.phase_reference) * layout::tile_voxels;
    rotation = Rotation<Ops>::from(Ops::load(real + r), Ops::load(imag + r));
  }
  const auto gain_real = rotation.real * inverse_norm;
  const auto gain_imag = rotation.imag * inverse_norm;
  for (std::size_t i = 0; i < a.n_coeff; ++i) {
    const auto re = Ops::load(real + i * layout::tile_voxels);
    const auto im = Ops::load(imag + i * layout::tile_voxels);
    const auto x = Ops::mul_add(re, gain_real, im * gain_imag);
    const auto y = Ops::mul_add(im, gain_real, Ops::broadcast(0) - re * gain_imag);
    const std::size_t j = a.n_coeff + i;
    Ops::store(real + i * layout::tile_voxels, (x - Ops::broadcast(p.mean[i])) * Ops::broadcast(p.inverse_std[i]));
    Ops::store(imag + i * layout::tile_voxels, (y - Ops::broadcast(p.mean[j])) * Ops::broadcast(p.inverse_std[j]));
  }
}

template <class Ops>
PreprocessFlags preprocess(const PreprocessArgs& a) noexcept {
  using Vec = typename Ops::Vec;
  load_tile<Ops>(a);
  PreprocessFlags flags{0, 0};
  const std::size_t n_feature = 2 * a.n_coeff;
  const bool normalise = a.preprocessing.l2_normalize != 0;
  for (std::size_t v = 0; v < layout::tile_voxels; v += Ops::lanes) {
    Vec peak = Ops::broadcast(0);
    auto non_finite = peak < peak;
    for (std::size_t f = 0; f < n_feature; ++f) {
      const Vec size = Ops::abs(Ops::load(a.features + f * layout::tile_voxels + v));
      peak = Ops::max(size, peak);
      non_finite = non_finite || !(size <= Ops::broadcast(FLT_MAX));
    }
    const auto vanishes = peak < Ops::broadcast(FLT_MIN);
    const auto flagged = non_finite || vanishes;
    const Vec scale = Ops::inverse_power_of_two(peak);
    Vec norm_squared = Ops::broadcast(0);
    for (std::size_t f = 0; f < n_feature; ++f) {
      float* const at = a.features + f * layout::tile_voxels + v;
      const Vec c = Ops::select(flagged, Ops::broadcast(0), Ops::load(at));
      const Vec x = c * scale;
      Ops::store(at, normalise ? x : c);
      norm_squared = Ops::mul_add(x, x, norm_squared);
    }
    const Vec norm = Ops::sqrt(Ops::select(flagged, Ops::broadcast(1), norm_squared));
    if (a.norm != nullptr) {
      Ops::store(a.norm->size + v, norm);
      Ops::store(a.norm->scale + v, Ops::select(flagged, Ops::broadcast(1), scale));
    }
    rotate_and_standardise<Ops>(a, v, normalise ? Ops::broadcast(1) / norm : Ops::broadcast(1));
    flags.non_finite |= Ops::bits(non_finite) << v;
    flags.zero_signal |= Ops::bits(vanishes) << v;
  }
  return flags;
}

}  // namespace crbrt
