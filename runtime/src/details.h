/// Standard deviations and atypicality: what Session::run does with Details, and whether a program can give them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/session.h"
#include "runtime/src/kernel_table.h"

namespace crbrt {

inline bool wants_std(const Details& details) noexcept { return details.std.rows != 0; }
inline bool wants_atypicality(const Details& details) noexcept { return details.atypicality.size != 0; }
inline bool wants_any(const Details& details) noexcept { return wants_std(details) || wants_atypicality(details); }

/// False where run() must say bad_shape: a part that the program lacks, wrong extents, or a sigma that is none.
bool can_give(const Program& program, std::size_t n_voxel, const Details& details) noexcept;

/// One tile after its last op, in the arena.
struct FinishedTile {
  float* features;       ///< [n_feature(program)][tile_voxels]; those of uncertainty are overwritten
  const NormTile* norm;  ///< from preprocess
  layout::VoxelBits blank;  ///< bit v: voxel v gets zeros
  std::size_t first;     ///< the tile's first voxel in the caller's batch
  std::size_t n_voxel;
};

void write_details(const Program& program, const KernelTable& kernels, const FinishedTile& tile,
                   const Details& details) noexcept;

}  // namespace crbrt
