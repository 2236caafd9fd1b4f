/// From a feature-major tile to the caller's rows or planes: how kernels hand out what they computed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "crbrt/view.h"

namespace crbrt {

/// A column of the view is a row of the tile: nothing is transposed, whole vectors are copied.
template <class Ops>
void store_planes(const float* tile, layout::VoxelBits blank, const View2<float>& out) noexcept {
  for (std::size_t j = 0; j < out.columns; ++j) {
    const float* const from = tile + j * layout::tile_voxels;
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
      for (std::size_t j = 0; j < out.columns; ++j) out.data[v * out.row_stride + j] = tile[j * layout::tile_voxels + v];
    return;
  }
  for (std::size_t v = 0; v < out.rows; ++v) {
    const bool is_blank = (blank >> v & 1) != 0;
    float* const row = out.data + v * out.row_stride;
    for (std::size_t j = 0; j < out.columns; ++j)
      row[j * out.column_stride] = is_blank ? 0.0f : tile[j * layout::tile_voxels + v];
  }
}

}  // namespace crbrt
