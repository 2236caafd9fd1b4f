// SPDX-License-Identifier: Apache-2.0
/// One map whose voxels come in parts, from several threads, while others are still computed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/atomic_output.h"
#include "tools/volume/grid.h"
#include "tools/volume/map_value.h"
#include "tools/volume/nifti.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {

/// Where an image is written, what messages call it, and what it is of.
struct MapTarget {
  std::filesystem::path path, shown;
  Grid grid;
  Window window{};
  double factor = 1;  ///< stored number over the number that is handed in
  float elsewhere = 0;
  Rounding rounding = Rounding::none;
};

class MapParts {
 public:
  /// `runs` are all voxels that parts will come for, n_voxel in all; both outlive this object. An uncompressed image is made at
  /// once, and where there are no voxels zeros take no room on the disk; a compressed one keeps its voxels in memory until
  /// finish(). Throws OutputError, as all members do.
  MapParts(MapTarget target, std::span<const VoxelRun> runs, std::size_t n_voxel, Compression compression);

  /// The part's runs of voxels and their values; `first` is how many voxels of the whole list come before it. Other threads may
  /// write other parts at the same time, each with a scratch of its own.
  void write(const RunValues<float>& part, std::size_t first, std::vector<float>& scratch);

  /// Lets the disk begin with what is there; does not wait.
  void begin_flush() const;

  void finish();

 private:
  MapTarget target_;
  std::span<const VoxelRun> runs_;
  std::size_t head_bytes_ = 0;
  std::optional<base::PieceFile> file_;  ///< uncompressed
  std::vector<float> values_;            ///< compressed
};

}  // namespace crbrt::volume
