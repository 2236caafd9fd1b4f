// SPDX-License-Identifier: Apache-2.0
/// The folder of maps that a run leaves: NIfTI, sidecars and the status map, all of them or none. A sidecar says what a map is
/// and what made it; it has no absolute path and no date, so that the same run gives the same bytes anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/atomic_output.h"
#include "base/companion_file.h"
#include "base/json.h"
#include "tools/volume/grid.h"
#include "tools/volume/map_description.h"
#include "tools/volume/map_parts.h"
#include "tools/volume/map_place.h"
#include "tools/volume/nifti.h"
#include "tools/volume/status_value.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::volume {

/// What all sidecars of one run say.
struct RunRecord {
  std::string program;               ///< "crbrt-map"
  std::string command;               ///< command_without_folders()
  std::vector<std::string> sources;  ///< input, mask, ...: only their file names are kept
  base::Json estimator;              ///< ModelName, ModelSHA256, BasisSHA256, BasisVerified, ... of the program
};

/// The fields of `run`, in the order of their importance to a reader.
base::Json to_json(const RunRecord& run);

/// The command as typed, quoted where a shell needs it; of an absolute path only the last part is kept.
std::string command_without_folders(int argc, char** argv);

/// "brain.nii" of "/data/sub-01/brain.nii", "scan.mat:x" of "/data/scan.mat:x"
std::string without_folder(const std::string& path);

/// What went beyond a limit in some voxels.
struct StatusDetail {
  std::vector<std::size_t> voxels{};  ///< ascending indices into the grid
  std::vector<std::int32_t> bits{};   ///< [of voxels] bit i: limits[i]
  std::vector<std::string> limits{};  ///< "T1map below 0 s", "T1map above 7 s", ...; at most 31

  /// {"T1map below 0 s": 12, ...}: in how many voxels, of the limits that any voxel went beyond.
  base::Json counts() const;
};

/// Makes the folder, and locks it, at once, so that a run that cannot be saved fails before it computes. commit() puts the maps
/// in place as a whole, and takes away those of an earlier run; without it nothing remains but what was there before.
class MapFolder {
 public:
  /// `voxels` are those that the maps have values for. `threads` compress. Throws OutputError.
  MapFolder(MapPlace place, const Grid& grid, VoxelList voxels, RunRecord run, Compression compression, unsigned threads = 1,
            float fill = 0);
  ~MapFolder();

  /// A map that comes in parts; it lives as long as this object. Its sidecar comes at the end, with what is known then. The
  /// disk writes what is there while more is computed.
  MapParts& open(const MapDescription& map);
  /// Ends all maps that came in parts.
  void finish_parts();
  void write_sidecar(const MapDescription& map);

  /// What maps hold where nothing was estimated.
  float fill() const noexcept { return fill_; }

  /// values [voxel of the list], in the unit of the output; the map holds map.factor times as much, and `fill` in all other
  /// voxels
  void write(const MapDescription& map, std::span<const float> values);
  /// status [voxel of the list]; all other voxels are not_computed. Beside it status_detail, 0 where nothing is out of limits.
  void write_status(std::span<const StatusValue> status, const StatusDetail& detail);
  /// Puts everything so far on the disk, which takes time, so that commit() has little left to do.
  void flush();
  /// Writes a file that goes with the maps: its own commit() follows ours.
  void stage(base::CompanionFile& file, std::string_view text);
  /// Where the maps of a folder without the names of BIDS are until commit().
  std::filesystem::path new_files() const { return sets_.begin()->second.files.new_files(); }
  void commit();

 private:
  std::string image_name(const std::string& map) const;
  /// The set that takes FOLDER/name: maps of BIDS lie in two folders.
  struct Set {
    Set(const std::filesystem::path& folder, const base::AtomicFolder::Earlier& earlier_of)
        : files(folder, earlier_of), earlier(earlier_of(folder)) {}
    base::AtomicFolder files;
    std::set<std::string> earlier;  ///< of an earlier run: what may be replaced
  };
  Set& set_of(const std::filesystem::path& folder);
  /// Where FOLDER/name is written first. Throws OutputError where a file of that name is not ours.
  std::filesystem::path temporary(const std::string& name);
  void write_sidecar(const std::string& map, base::Json json);
  void flush_in_background(const std::stop_token& stop);

  MapPlace place_;
  Grid grid_;
  VoxelList voxels_;
  RunRecord run_;
  Compression compression_;
  float fill_;
  bool covers_grid_;  ///< no mask
  std::map<std::filesystem::path, Set> sets_;
  std::vector<std::string> maps_;  ///< names of what was written
  unsigned threads_;
  std::mutex mutex_;  ///< guards the list of parts; what they do is their own affair
  std::vector<std::unique_ptr<MapParts>> parts_;
  std::jthread flusher_;
};

}  // namespace crbrt::volume
