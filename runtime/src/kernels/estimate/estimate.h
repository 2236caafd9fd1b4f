// SPDX-License-Identifier: Apache-2.0
/// Network outputs of one tile -> estimates in physical units where the caller wants them.
///
///   estimate[v, j] = offset[j] + scale[j] * in[j, v]     product and sum round; 0 for a voxel whose bit of `blank` is set
///
/// It stands with the way from a feature-major tile to the caller's rows or planes, which whoever hands out what was computed
/// takes. Returns the voxels (bit v) with an estimate outside [minimum, maximum]; a NaN lies outside every range.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "crbrt/format/program.h"
#include "crbrt/view.h"

namespace crbrt {

/// A column of the view is a row of the tile: nothing is transposed, whole vectors are copied.
template <class Ops>
void store_planes(const float* tile, layout::VoxelBits blank, const View2<float>& out) noexcept {
  for (std::size_t j = 0; j < out.columns; ++j) {
    const float* const from = tile + j * Ops::row_stride;
    float* const plane = out.data + j * out.column_stride;
    std::size_t v = 0;
    for (; v + Ops::lanes <= out.rows; v += Ops::lanes) Ops::store_anywhere(plane + v, Ops::load(from + v));
    for (; v < out.rows; ++v) plane[v] = from[v];
    for (v = 0; blank != 0 && v < out.rows; ++v)
      if ((blank >> v & 1) != 0) plane[v] = 0;
  }
}

/// out(v, j) = tile[j, v]; 0 for a voxel whose bit of `blank` is set.
template <class Ops>
void store_tile(const float* tile, layout::VoxelBits blank, const View2<float>& out) noexcept {
  if (out.row_stride == 1) return store_planes<Ops>(tile, blank, out);
  if (blank == 0 && out.column_stride == 1) {  // rows, and nearly always without a flag
    for (std::size_t v = 0; v < out.rows; ++v)
      for (std::size_t j = 0; j < out.columns; ++j) out.data[v * out.row_stride + j] = tile[j * Ops::row_stride + v];
    return;
  }
  for (std::size_t v = 0; v < out.rows; ++v) {
    const bool is_blank = (blank >> v & 1) != 0;
    float* const row = out.data + v * out.row_stride;
    for (std::size_t j = 0; j < out.columns; ++j) row[j * out.column_stride] = is_blank ? 0.0f : tile[j * Ops::row_stride + v];
  }
}

struct EstimateArgs {
  float* in;                ///< [n_output][tile_voxels], aligned to the arena; overwritten
  const Output* outputs;    ///< [n_output]
  layout::VoxelBits blank;  ///< bit v: voxel v gets zeros
  View2<float> estimates;   ///< [n_voxel, n_output], n_voxel 1 .. tile_voxels; nothing else is touched
};

template <class Ops>
layout::VoxelBits estimate(const EstimateArgs& a) noexcept {
  layout::VoxelBits outside = 0;
  for (std::size_t j = 0; j < a.estimates.columns; ++j) {
    const Output& output = a.outputs[j];
    for (std::size_t v = 0; v < a.estimates.rows; v += Ops::lanes) {
      float* const at = a.in + j * Ops::row_stride + v;
      const auto y = Ops::broadcast(output.scale) * Ops::load(at) + Ops::broadcast(output.offset);
      Ops::store(at, y);
      const auto inside = y >= Ops::broadcast(output.minimum) && y <= Ops::broadcast(output.maximum);
      outside |= layout::VoxelBits{Ops::bits(!inside)} << v;
    }
  }
  store_tile<Ops>(a.in, a.blank, a.estimates);
  return outside & layout::voxel_bits_below(a.estimates.rows);  // not the rest of the last vector
}

}  // namespace crbrt
