/// From a feature-major tile to the caller's rows: how kernels hand out what they computed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"

namespace crbrt {

/// row v, column j = tile[j, v]; 0 for a voxel whose bit of `blank` is set.
template <class Ops>
void store_tile(const float* tile, std::size_t n_column, layout::VoxelBits blank, float* rows, std::size_t n_voxel,
                std::size_t stride) noexcept {
  if (blank == 0) {  // nearly always
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t j = 0; j < n_column; ++j) rows[v * stride + j] = tile[j * layout::tile_voxels + v];
    return;
  }
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const bool is_blank = (blank >> v & 1) != 0;
    float* const row = rows + v * stride;
    for (std::size_t j = 0; j < n_column; ++j) row[j] = is_blank ? 0.0f : tile[j * layout::tile_voxels + v];
  }
}

}  // namespace crbrt
