// SPDX-License-Identifier: Apache-2.0
/// The statistics of every region in every map: as JSON for the page, and as CSV beside it.
#pragma once

#include <string>
#include <vector>

#include "tools/viewer/page_run.h"

namespace crbrt::viewer {

class RegionTable {
 public:
  explicit RegionTable(const Run& run) : run_(run) {}

  /// Adds the rows of a map ("name", "unit") and returns what the page needs of them. values, std [voxel of the grid]; std may
  /// be empty.
  Json add(const Json& map, const std::vector<float>& values, const std::vector<float>& std);

  const std::string& csv() const { return csv_; }

 private:
  const Run& run_;
  std::string csv_ =
      "map,unit,label,name,voxels,voxels_ok,mean,std,p05,quartile_low,median,quartile_high,p95,weighted_mean,weighted_mean_"
      "error\n";
};

}  // namespace crbrt::viewer
