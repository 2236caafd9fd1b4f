// SPDX-License-Identifier: Apache-2.0
/// The algorithm of preprocess.h over the vocabulary of an instruction set. For a few vectors of voxels at a time: load
/// (rows are transposed, planes are not), find the peak, then the norm, then rotate and scale. Every lane is one voxel and no
/// lane sees another.
#pragma once

#include <cfloat>

#include "runtime/src/kernels/preprocess/preprocess.h"

namespace crbrt {

/// The layouts that are loaded by whole vectors (view.h).
enum class CoefficientLayout { rows, interleaved_rows, planes, interleaved_planes, other };

template <class Ops>  // so that no two instruction sets share it
inline CoefficientLayout layout_of(const Coefficients& c) noexcept {
  const bool pairs = c.imag == c.real + 1;
  if (c.coefficient_stride == 1 && c.imag == c.real + c.n_coeff && c.n_coeff > 1) return CoefficientLayout::rows;
  if (c.coefficient_stride == 2 && pairs && c.n_coeff > 1) return CoefficientLayout::interleaved_rows;
  if (c.voxel_stride == 1) return CoefficientLayout::planes;
  return c.voxel_stride == 2 && pairs ? CoefficientLayout::interleaved_planes : CoefficientLayout::other;
}

/// Asks for the rows that the next tile will load, which hardware does not see coming. Rows that lie far apart are left to it.
template <class Ops>
inline void prefetch_rows(const Coefficients& in, std::size_t voxel) noexcept {
  constexpr std::size_t line = 64 / sizeof(float);
  if (in.voxel_stride > 4 * in.n_coeff) return;
  const float* const rows = in.real + (voxel + layout::tile_voxels) * in.voxel_stride;
  for (std::size_t i = 0; i < Ops::lanes * in.voxel_stride; i += line) __builtin_prefetch(rows + i);
}

/// The rows of one vector of voxels to the feature-major tile, four columns at a time; the last four overlap those before them.
template <class Ops, bool interleaved>
inline void load_rows(const PreprocessArgs& a, std::size_t voxel) noexcept {
  const std::size_t n_coeff = a.in.n_coeff, n_column = 2 * n_coeff, stride = a.in.voxel_stride;
  const std::size_t step = interleaved ? 2 : 4;  // rows of the tile from one four to the next
  const float* row = a.in.real + voxel * stride;
  float* to = a.features + voxel;
  const std::size_t second = (interleaved ? n_coeff : 1) * Ops::row_stride, third = (interleaved ? 1 : 2) * Ops::row_stride;
  prefetch_rows<Ops>(a.in, voxel);
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
    to += next * step / 4 * Ops::row_stride;
  }
}

/// The planes of one vector of voxels: a row of the tile is a piece of a plane.
template <class Ops, bool interleaved>
inline void load_planes(const PreprocessArgs& a, std::size_t voxel) noexcept {
  const std::size_t imag = a.in.n_coeff * Ops::row_stride, first = voxel * a.in.voxel_stride;
  float* to = a.features + voxel;
  for (std::size_t i = 0; i < a.in.n_coeff; ++i, to += Ops::row_stride) {
    const std::size_t at = first + i * a.in.coefficient_stride;
    if constexpr (interleaved) {
      typename Ops::Vec parts[2];
      Ops::load_pairs(a.in.real + at, parts);
      Ops::store(to, parts[0]);
      Ops::store(to + imag, parts[1]);
    } else {
      Ops::store(to, Ops::load_anywhere(a.in.real + at));
      Ops::store(to + imag, Ops::load_anywhere(a.in.imag + at));
    }
  }
}

/// The same one number after the other: any layout, and fewer voxels than a vector has. Missing voxels are zeros, which go in
/// first as a whole vector: a batch of one voxel would spend more on seven zeros than on the eighth number.
template <class Ops>
inline void load_numbers(const PreprocessArgs& a, std::size_t voxel) noexcept {
  const std::size_t imag = a.in.n_coeff * Ops::row_stride;
  const std::size_t end = voxel + Ops::lanes < a.in.n_voxel ? voxel + Ops::lanes : a.in.n_voxel;
  const auto zeros = Ops::broadcast(0);
  for (std::size_t i = 0; i < a.in.n_coeff; ++i) {
    float* const to = a.features + i * Ops::row_stride;
    Ops::store(to + voxel, zeros);
    Ops::store(to + imag + voxel, zeros);
    for (std::size_t v = voxel; v < end; ++v) {
      const std::size_t at = v * a.in.voxel_stride + i * a.in.coefficient_stride;
      to[v] = a.in.real[at];
      to[imag + v] = a.in.imag[at];
    }
  }
}

/// A row to a tile of one voxel, which has the same order. In whole vectors, because the passes that follow read vectors, and
/// one that was written in pieces is not to be had before all of them have left the core.
template <class Ops>
inline void copy_row(const PreprocessArgs& a) noexcept {
  using V = typename Ops::Vectors;
  const std::size_t n = 2 * a.in.n_coeff;
  std::size_t i = 0;
  for (; i + V::lanes <= n; i += V::lanes) V::store_anywhere(a.features + i, V::load_anywhere(a.in.real + i));
  for (; i < n; ++i) a.features[i] = a.in.real[i];
}

template <class Ops>
inline void load(const PreprocessArgs& a, CoefficientLayout layout, std::size_t voxel) noexcept {
  if constexpr (Ops::row_stride == 1)
    if (layout == CoefficientLayout::rows) return copy_row<Ops>(a);
  if (voxel + Ops::lanes > a.in.n_voxel) return load_numbers<Ops>(a, voxel);
  switch (layout) {
    case CoefficientLayout::rows: return load_rows<Ops, false>(a, voxel);
    case CoefficientLayout::interleaved_rows: return load_rows<Ops, true>(a, voxel);
    case CoefficientLayout::planes: return load_planes<Ops, false>(a, voxel);
    case CoefficientLayout::interleaved_planes: return load_planes<Ops, true>(a, voxel);
    case CoefficientLayout::other: return load_numbers<Ops>(a, voxel);
  }
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

/// Of a tile of one voxel, features in lanes.
template <class Ops>
inline float find_peak_of_one(const float* features, std::size_t n_feature) noexcept {
  using V = typename Ops::Vectors;
  auto peaks = V::broadcast(0);
  std::size_t i = 0;
  for (; i + V::lanes <= n_feature; i += V::lanes) peaks = V::max_magnitude(V::load_anywhere(features + i), peaks);
  float lanes[V::lanes];
  V::store_anywhere(lanes, peaks);
  for (std::size_t half = V::lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) lanes[l] = Ops::max_magnitude(lanes[l + half], lanes[l]);
  for (; i < n_feature; ++i) lanes[0] = Ops::max_magnitude(features[i], lanes[0]);
  return lanes[0];
}

template <class Ops>
inline typename Ops::Vec find_peak(const float* features, std::size_t n_coeff) noexcept {
  if constexpr (Ops::row_stride == 1) return find_peak_of_one<Ops>(features, 2 * n_coeff);
  auto real = Ops::broadcast(0), imag = real;
  for (std::size_t i = 0; i < n_coeff; ++i) {
    real = Ops::max_magnitude(Ops::load(features + i * Ops::row_stride), real);
    imag = Ops::max_magnitude(Ops::load(features + (n_coeff + i) * Ops::row_stride), imag);
  }
  return Ops::max_magnitude(real, imag);
}

/// Voxels that are flagged go on as zeros.
template <class Ops>
inline void blank(float* features, std::size_t n_feature, layout::VoxelBits flagged) noexcept {
  for (std::size_t v = 0; v < Ops::lanes; ++v)
    for (std::size_t f = 0; (flagged >> v & 1) != 0 && f < n_feature; ++f) features[f * Ops::row_stride + v] = 0;
}

/// s of one vector of voxels, and its flags. Flagged voxels are blanked and get 1.
template <class Ops>
inline typename Ops::Vec find_scale(const PreprocessArgs& a, std::size_t voxel, PreprocessFlags& flags) noexcept {
  auto peak = find_peak<Ops>(a.features + voxel, a.in.n_coeff);
  const auto finite = peak <= Ops::broadcast(FLT_MAX);
  const auto vanishes = peak < Ops::broadcast(FLT_MIN);
  const layout::VoxelBits non_finite = Ops::bits(!finite), zero_signal = Ops::bits(vanishes);
  if ((non_finite | zero_signal) != 0) {
    blank<Ops>(a.features + voxel, 2 * a.in.n_coeff, non_finite | zero_signal);
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
  for (std::size_t f = 0; f < 2 * a.in.n_coeff; ++f)
    for (std::size_t v = 0; v < n_vec; ++v) {
      const auto x = Ops::load(a.features + f * Ops::row_stride + voxel + v * Ops::lanes) * voxels[v].scale;
      squares[v] = squares[v] + x * x;
    }
  for (std::size_t v = 0; v < n_vec; ++v)  // only a blank voxel's sum is zero
    voxels[v].norm = Ops::sqrt(Ops::select(squares[v] > Ops::broadcast(0), squares[v], Ops::broadcast(1)));
}

/// Rotates, conjugates, scales and standardises n_vec vectors of voxels.
template <class Ops, std::size_t n_vec>
inline void rotate_and_standardise(const PreprocessArgs& a, std::size_t voxel,
                                   const VoxelScale<Ops> (&voxels)[n_vec]) noexcept {
  using Vec = typename Ops::Vec;
  const Preprocessing& p = a.preprocessing;
  const bool normalise = p.l2_normalize != 0;
  float* const real = a.features + voxel;
  float* const imag = real + a.in.n_coeff * Ops::row_stride;
  Vec scale[n_vec], gain_real[n_vec], gain_imag[n_vec], sign[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) {
    scale[v] = normalise ? voxels[v].scale : Ops::broadcast(1);
    const Vec inverse_norm = normalise ? Ops::broadcast(1) / voxels[v].norm : Ops::broadcast(1);
    Rotation<Ops> rotation = Rotation<Ops>::none();
    if (p.phase_reference >= 0) {
      const std::size_t r = static_cast<std::size_t>(p.phase_reference) * Ops::row_stride + v * Ops::lanes;
      rotation = Rotation<Ops>::from(Ops::load(real + r) * scale[v], Ops::load(imag + r) * scale[v]);
    }
    gain_real[v] = rotation.real * inverse_norm;
    gain_imag[v] = rotation.imag * inverse_norm;
    sign[v] = Ops::broadcast(1);
    if (p.conjugate_reference >= 0) {
      const std::size_t k = static_cast<std::size_t>(p.conjugate_reference) * Ops::row_stride + v * Ops::lanes;
      const Vec y = Ops::load(imag + k) * scale[v] * gain_real[v] - Ops::load(real + k) * scale[v] * gain_imag[v];
      sign[v] = Ops::select(y < Ops::broadcast(0), Ops::broadcast(-1), Ops::broadcast(1));
    }
  }
  for (std::size_t i = 0; i < a.in.n_coeff; ++i) {
    const std::size_t j = a.in.n_coeff + i;
    const Vec mean_real = Ops::broadcast(p.mean[i]), factor_real = Ops::broadcast(p.inverse_std[i]);
    const Vec mean_imag = Ops::broadcast(p.mean[j]), factor_imag = Ops::broadcast(p.inverse_std[j]);
    for (std::size_t v = 0; v < n_vec; ++v) {
      const std::size_t at = i * Ops::row_stride + v * Ops::lanes;
      const Vec re = Ops::load(real + at) * scale[v], im = Ops::load(imag + at) * scale[v];
      const Vec x = re * gain_real[v] + im * gain_imag[v];
      const Vec y = (im * gain_real[v] - re * gain_imag[v]) * sign[v];
      Ops::store(real + at, (x - mean_real) * factor_real);
      Ops::store(imag + at, (y - mean_imag) * factor_imag);
    }
  }
}

/// n_vec vectors of voxels from `voxel` on, some of them perhaps past the last.
template <class Ops, std::size_t n_vec>
inline void preprocess_vectors(const PreprocessArgs& a, CoefficientLayout layout, std::size_t voxel,
                               PreprocessFlags& flags) noexcept {
  VoxelScale<Ops> voxels[n_vec];
  for (std::size_t v = 0; v < n_vec; ++v) {
    const std::size_t first = voxel + v * Ops::lanes;
    load<Ops>(a, layout, first);
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
  const CoefficientLayout layout = layout_of<Ops>(a.in);
  PreprocessFlags flags{0, 0};
  if (a.in.n_voxel <= Ops::lanes)
    preprocess_vectors<Ops, 1>(a, layout, 0, flags);
  else
    for (std::size_t v = 0; v < a.in.n_voxel; v += n_vec * Ops::lanes) preprocess_vectors<Ops, n_vec>(a, layout, v, flags);
  const layout::VoxelBits real = layout::voxel_bits_below(a.in.n_voxel);  // not the rest of the last vectors
  return {flags.non_finite & real, flags.zero_signal & real};
}

}  // namespace crbrt
