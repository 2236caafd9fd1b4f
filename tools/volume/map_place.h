// SPDX-License-Identifier: Apache-2.0
/// Where a set of maps goes, and which files there are maps of an earlier run: only those may be replaced or taken away.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/volume/bids_names.h"
#include "tools/volume/nifti.h"

namespace crbrt::volume {

struct MapPlace {
  MapPlace(const std::string& folder_of_maps);  // NOLINT: a folder is a place
  MapPlace(BidsPlace place, const std::filesystem::path& subject);

  /// FOLDER/T1map.nii and FOLDER/T1map.json of the map "T1map", and so on, in the order of the maps.
  std::vector<std::string> files_of(const std::vector<std::string>& maps, Compression compression) const;
  /// Relative to the folder, without extension: "T1map", "anat/sub-01_T1map".
  std::string name_of(const std::string& map) const { return bids ? bids->names.path(map) : map; }

  /// Names of the maps and sidecars in `where` (the folder, or anat or fmap in it) that earlier runs left in this place,
  /// whatever their options were. A sidecar says so where it names a program of ours, and nobody after it, as what made the
  /// map, and the file is called as that program calls this output: a copy of a map under another name, and what somebody made
  /// of a map, belong to that person. Throws OutputError where a sidecar of ours has two images, of which one must be foreign.
  std::set<std::string> earlier_in(const std::filesystem::path& where) const;

  /// Throws OutputError where a file that is none of earlier_in() has a name of one of these maps, compressed or not, or of its
  /// sidecar: two images of one map, of which one is foreign, would pass for a pair. The same where the folder cannot be made.
  void expect_room(const std::vector<std::string>& maps) const;

  std::filesystem::path folder;   ///< of the maps; with `bids` that of the subject or session
  std::optional<BidsPlace> bids;  ///< names after BIDS, in folders anat and fmap
};

/// The rule of MapPlace::expect_room() for one map: STEM.nii, STEM.nii.gz and STEM.json.
void expect_replaceable(const std::filesystem::path& stem, const std::set<std::string>& earlier);

}  // namespace crbrt::volume
