/// Folders of maps as crbrt-map and crbrt-fit leave them.
#pragma once

#include <filesystem>
#include <string>

#include "crbrt/status.h"

namespace crbrt::phantom {

/// The image of a map: .nii, or .nii.gz where the run was asked to compress.
inline std::string map_path(const std::string& folder, const std::string& map) {
  const std::string plain = (std::filesystem::path(folder) / (map + ".nii")).string();
  return std::filesystem::exists(plain) ? plain : plain + ".gz";
}

/// A value outside its output's range (crbrt-map) or at a bound (crbrt-fit, which has the same code) is an estimate too.
inline bool is_estimate(float status) {
  return status == static_cast<float>(VoxelStatus::ok) || status == static_cast<float>(VoxelStatus::outside_range);
}

}  // namespace crbrt::phantom
