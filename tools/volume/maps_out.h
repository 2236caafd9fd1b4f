/// The folder of maps that a run leaves: NIfTI, sidecars and the status map, all of them or none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/atomic_output.h"
#include "base/json.h"
#include "crbrt/status.h"
#include "tools/volume/grid.h"
#include "tools/volume/nifti_out.h"
#include "tools/volume/sidecar.h"

namespace crbrt::volume {

/// What one map shows.
struct MapDescription {
  std::string name;                           ///< file name without extension, map_name(output)
  std::string output;                         ///< "t1_apparent_s"
  std::string unit;                           ///< "s"; "1" for a fraction
  base::Json details = base::Json::object();  ///< more fields for the sidecar, e.g. ValidRange
};

/// Makes the folder and a hidden folder inside it at once, so that a run that cannot be saved fails before it computes.
/// commit() renames every file into place; without it nothing remains but what was there before.
class MapFolder {
 public:
  /// Throws OutputError, and InputError where the grid does not fit NIfTI-1.
  MapFolder(const std::string& folder, const Grid& grid, RunRecord run, Compression compression);
  ~MapFolder();

  /// values [n_voxel of the grid]
  void write(const MapDescription& map, std::span<const float> values);
  void write_status(std::span<const VoxelStatus> status);
  /// A status map of other states than VoxelStatus: code i of a voxel means names[i].
  void write_status_codes(std::span<const std::uint8_t> codes, std::span<const char* const> names, base::Json counts);
  void commit();

 private:
  std::string image_name(const std::string& map) const;
  void write_sidecar(const std::string& map, base::Json json);

  std::string folder_;
  bool made_folder_;
  bool committed_ = false;
  Grid grid_;
  RunRecord run_;
  Compression compression_;
  std::optional<base::AtomicFolder> files_;
};

}  // namespace crbrt::volume
