// SPDX-License-Identifier: Apache-2.0
/// Maps of one image of a cohort by crbrt-map, in a process of its own: whatever happens there, the others go on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/bids/record.h"

namespace crbrt::bids {

/// What is the same for all images.
struct MapCommand {
  std::filesystem::path out;                  ///< data set of the derivatives
  std::vector<std::string> options;           ///< of crbrt-map, on which the maps depend: "--model", "brain_v2.crbm", ...
  std::vector<std::filesystem::path> inputs;  ///< model and basis: other files make other maps
  unsigned threads = 1;                       ///< of crbrt-map; the maps are the same for any number

  std::filesystem::path logs() const { return out / "logs"; }
  std::filesystem::path record_of(const std::string& id) const { return logs() / (id + ".json"); }
};

/// crbrt-map with the options, and the image's, on which the maps depend.
std::vector<std::string> command_of(const MapCommand& all, const CohortImage& image);

/// Whether the record of an earlier run says that the same maps were made, and all of them are still there.
bool is_done(const MapCommand& all, const CohortImage& image);

/// Writes a record that says failed, and why, until the image is done: whoever is killed before writes none.
void write_unfinished(const MapCommand& all, const CohortImage& image, const std::string& why);

/// Runs crbrt-map, whose lines go to OUT/logs/ID.log, and writes the record. Throws OutputError where it cannot be written.
Record run_image(const MapCommand& all, const CohortImage& image);

}  // namespace crbrt::bids
