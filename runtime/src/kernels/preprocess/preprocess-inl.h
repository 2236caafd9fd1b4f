/// The algorithm of preprocess.h over the vocabulary of an instruction set. For a few vectors of voxels at a time: transpose
/// the rows, find the peak, then the norm, then rotate and scale. Every lane is one voxel and no lane sees another.
#pragma once

#include <cfloat>

#include "runtime/src/kernels/preprocess/preprocess.h"

namespace crbrt {

/// Asks for the rows that the next tile will load, which hardware does not see coming. Rows that lie far apart are left to it.
template <class Ops>
inline void prefetch_rows(const PreprocessArgs& a, std::size_t voxel) noexcept {
  constexpr std::size_t line = 64 / sizeof(float);
  if (a.in.stride > 4 * a.n_coeff) return;
  const float* const rows = a.in.coefficients + (voxel + layout::tile_voxels) * a.in.stride;
  for (std::size_t i = 0; i < Ops::lanes * a.in.stride; i += line) __builtin_prefetch(rows + i);
}

/// Where column c of a voxel's row goes: row of the tile.
template <bool interleaved>
inline std::size_t feature_of_column(const PreprocessArgs& a, std::size_t c) noexcept {
  return interleaved ? c / 2 + c % 2 * a.n_coeff : c;
}

/// The voxels of one vector to the feature-major tile, four columns at a time; the last four overlap those before them.
template <class Ops, bool interleaved>
inline void load_vector(const PreprocessArgs& a, std::size_t voxel) noexcept {
  const std::size_t n_column = 2 * a.n_coeff, stride = a.in.stride;
  const std::size_t step = interleaved ? 2 : 4;  // rows of the tile from one four to the next
  const float* row = a.in.coefficients + voxel * stride;
  float* to = a.features + voxel;
  const std::size_t second = (interleaved ? a.n_coeff : 1) * layout::tile_voxels,
                    third = (interleaved ? 1 : 2) * layout::tile_voxels;
  for (std::size_t c = 0;;) {
    typename Ops::Vec columns[4];
    Ops::load_columns(row, stride, columns);
    Ops::store(to, columns[0]);
    Ops::store(to + second, columns[1]);
    Ops::store(to + third, columns[2]);
    Ops::store(to + second + third, columns[3]);
    if (c + 4 == n_column) return;
    const std::size_t next = c + 8 <= n_column ? 4 : n_column - 4 - c;
    c += next;
    row += next;
    to += next * step / 4 * layout::tile_voxels;
  }
}

/// The same one voxel after the other: fewer voxels than a vector has, or fewer columns than four. Missing voxels are zeros.
template <class Ops, bool interleaved>
inline void load_voxels(const PreprocessArgs& a, std::size_t voxel) noexcept {
  for (std::size_t v = voxel; v < voxel + Ops::lanes; ++v)
    for (std::size_t c = 0; c < 2 * a.n_coeff; ++c)
      a.features[feature_of_column<interleaved>(a, c) * layout::tile_voxels + v] =
          v < a.in.n_voxel ? a.in.coefficients[v * a.in.stride + c] : 0.0f;
}

template <class Ops, bool interleaved>
inline void load(const PreprocessArgs& a, std::size_t voxel) noexcept {
  if (voxel + Ops::lanes > a.in.n_voxel || a.n_coeff < 2) return load_voxels<Ops, interleaved>(a, voxel);
  prefetch_rows<Ops>(a, voxel);
  load_vector<Ops, interleaved>(a, voxel);
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
    const auto modulus = Ops::select(vanishes, Ops::broadcast(1), Ops::sqrt(re * re + im * im));
    return {Ops::select(vanishes, Ops::broadcast(1), re / modulus), Ops::select(vanishes, Ops::broadcast(0), im / modulus)};
  }
};

/// What is known of one vector of voxels. Coefficients stay as they came until the last pass multiplies them by `scale`, which
/// is exact and costs less than storing them once more.
template <class Ops>
struct VoxelScale {
  typename Ops::Vec scale;  ///< s of preprocess.h
  typename Ops::Vec norm;   ///< ||c * s||, 1 for a flagged voxel
};

template <class Ops>
inline typename Ops::Vec find_peak(const float* features, std::size_t n_coeff) noexcept {
  auto real = Ops::broadcast(0), imag = real;
  for (std::size_t i = 0; i < n_coeff; ++i) {
    real = Ops::max_magnitude(Ops::load(features + i * layout::tile_voxels), real);
    imag = Ops::max_magnitude(Ops::load(features + (n_coeff + i) * layout::tile_voxels), imag);
  }
  return Ops::max_magnitude(real, imag);
}

/// Voxels that are flagged go on as zeros.
template <class Ops>
inline void blank(float* features, std::size_t n_feature, layout::VoxelBits flagged) noexcept {
  for (std::size_t v = 0; v < Ops::lanes; ++v)
    for (std::size_t f = 0; (flagged >> v & 1) != 0 && f < n_feature; ++f) features[f * layout::tile_voxels + v] = 0;
}

/// s of one vector of voxels, and its flags. Flagged voxels are blanked and get 1.
template <class Ops>
inline typename Ops::Vec find_scale(const PreprocessArgs& a, std::size_t voxel, PreprocessFlags& flags) noexcept {
  auto peak = find_peak<Ops>(a.features + voxel, a.n_coeff);
  const auto finite = peak <= Ops::broadcast(FLT_MAX);
  const auto vanishes = peak < Ops::broadcast(FLT_MIN);
  const layout::VoxelBits non_finite = Ops::bits(!finite), zero_signal = Ops::bits(vanishes);
  if ((non_finite | zero_signal) != 0) {
    blank<Ops>(a.features + voxel, 2 * a.n_coeff, non_finite | zero_signal);
    peak = Ops::select(finite && !vanishes, peak, Ops::broadcast(1));
    flags.non_finite |= non_finite << voxel;
    flags.zero_signal |= zero_signal << voxel;
  }
  return Ops::inverse_power_of_two(peak);
}

/// The sum of a norm is one chain of additions: several vectors go together to hide its latency.
template <class Ops, std::size_t n_vec>
inline void find_norms(const PreprocessArgs& a, std::size_t voxel, VoxelScale<Ops> (&voxels)[n_vec]) noexcept {
  typename Ops::Vec squares[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) squares[v] = Ops::broadcast(0);
  for (std::size_t f = 0; f < 2 * a.n_coeff; ++f)
    for (std::size_t v = 0; v < n_vec; ++v) {
      const auto x = Ops::load(a.features + f * layout::tile_voxels + voxel + v * Ops::lanes) * voxels[v].scale;
      squares[v] = squares[v] + x * x;
    }
  for (std::size_t v = 0; v < n_vec; ++v)  // only a blank voxel's sum is zero
    voxels[v].norm = Ops::sqrt(Ops::select(squares[v] > Ops::broadcast(0), squares[v], Ops::broadcast(1)));
}

/// Rotates, scales and standardises n_vec vectors of voxels.
template <class Ops, std::size_t n_vec>
inline void rotate_and_standardise(const PreprocessArgs& a, std::size_t voxel,
                                   const VoxelScale<Ops> (&voxels)[n_vec]) noexcept {
  using Vec = typename Ops::Vec;
  const Preprocessing& p = a.preprocessing;
  const bool normalise = p.l2_normalize != 0;
  float* const real = a.features + voxel;
  float* const imag = real + a.n_coeff * layout::tile_voxels;
  Vec scale[n_vec], gain_real[n_vec], gain_imag[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) {
    scale[v] = normalise ? voxels[v].scale : Ops::broadcast(1);
    const Vec inverse_norm = normalise ? Ops::broadcast(1) / voxels[v].norm : Ops::broadcast(1);
    Rotation<Ops> rotation = Rotation<Ops>::none();
    if (p.phase_reference >= 0) {
      const std::size_t r = static_cast<std::size_t>(p.phase_reference) * layout::tile_voxels + v * Ops::lanes;
      rotation = Rotation<Ops>::from(Ops::load(real + r) * scale[v], Ops::load(imag + r) * scale[v]);
    }
    gain_real[v] = rotation.real * inverse_norm;
    gain_imag[v] = rotation.imag * inverse_norm;
  }
  for (std::size_t i = 0; i < a.n_coeff; ++i) {
    const std::size_t j = a.n_coeff + i;
    const Vec mean_real = Ops::broadcast(p.mean[i]), factor_real = Ops::broadcast(p.inverse_std[i]);
    const Vec mean_imag = Ops::broadcast(p.mean[j]), factor_imag = Ops::broadcast(p.inverse_std[j]);
    for (std::size_t v = 0; v < n_vec; ++v) {
      const std::size_t at = i * layout::tile_voxels + v * Ops::lanes;
      const Vec re = Ops::load(real + at) * scale[v], im = Ops::load(imag + at) * scale[v];
      const Vec x = re * gain_real[v] + im * gain_imag[v];
      const Vec y = im * gain_real[v] - re * gain_imag[v];
      Ops::store(real + at, (x - mean_real) * factor_real);
      Ops::store(imag + at, (y - mean_imag) * factor_imag);
    }
  }
}

/// n_vec vectors of voxels from `voxel` on, some of them perhaps past the last.
template <class Ops, std::size_t n_vec>
inline void preprocess_vectors(const PreprocessArgs& a, std::size_t voxel, PreprocessFlags& flags) noexcept {
  VoxelScale<Ops> voxels[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) {
    const std::size_t first = voxel + v * Ops::lanes;
    a.in.step == 1 ? load<Ops, false>(a, first) : load<Ops, true>(a, first);
    voxels[v].scale = find_scale<Ops>(a, first, flags);
  }
  find_norms<Ops>(a, voxel, voxels);
  if (a.norm != nullptr)
    for (std::size_t v = 0; v < n_vec; ++v) {
      Ops::store(a.norm->size + voxel + v * Ops::lanes, voxels[v].norm);
      Ops::store(a.norm->scale + voxel + v * Ops::lanes, voxels[v].scale);
    }
  rotate_and_standardise<Ops>(a, voxel, voxels);
}

template <class Ops>
PreprocessFlags preprocess(const PreprocessArgs& a) noexcept {
  constexpr std::size_t n_vec = Ops::preprocess_vectors;
  static_assert(layout::tile_voxels % (n_vec * Ops::lanes) == 0);
  PreprocessFlags flags{0, 0};
  if (a.in.n_voxel <= Ops::lanes)
    preprocess_vectors<Ops, 1>(a, 0, flags);
  else
    for (std::size_t v = 0; v < a.in.n_voxel; v += n_vec * Ops::lanes) preprocess_vectors<Ops, n_vec>(a, v, flags);
  const layout::VoxelBits real = layout::voxel_bits_below(a.in.n_voxel);  // not the rest of the last vectors
  return {flags.non_finite & real, flags.zero_signal & real};
}

}  // namespace crbrt
