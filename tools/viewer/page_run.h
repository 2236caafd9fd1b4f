// SPDX-License-Identifier: Apache-2.0
/// The run behind a folder of maps: the status of its voxels, the box around them, the regions of an atlas.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/viewer/map_page.h"
#include "tools/viewer/packed_image.h"

namespace crbrt::viewer {

using base::Json;

/// One colour (red, green, blue) for each status.
inline constexpr std::array<const char*, 12> status_colours{"38,110,60",  "200,40,40",   "120,120,200", "240,180,40",
                                                            "30,30,30",   "220,90,200",  "90,200,220",  "250,250,120",
                                                            "160,110,60", "250,140,120", "120,200,120", "180,180,180"};

/// What every part of a page needs to know of the run.
struct Run {
  volume::Grid grid;
  std::vector<float> status;
  Json status_sidecar;
  std::vector<bool> is_ok;
  std::size_t outside = 0;  ///< code of the status of voxels that were not estimated
  Box box;
  std::map<long, std::vector<std::size_t>> labels;
  std::map<long, std::string> names;
};

/// Throws InputError.
Run read_run(const PageOptions& options);

/// The JSON beside an image. Throws InputError.
Json sidecar_of(const std::string& image);

/// The text of a key, or `otherwise` where it is absent or no text.
std::string text_or(const Json& json, const char* key, const std::string& otherwise);

}  // namespace crbrt::viewer
