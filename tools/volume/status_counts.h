/// How many voxels ended in which way.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/json.h"
#include "crbrt/status.h"

namespace crbrt::volume {

inline constexpr std::array<const char*, 5> status_names{"ok", "non_finite", "zero_signal", "outside_range", "not_computed"};

/// [VoxelStatus]
using StatusCounts = std::array<std::uint64_t, status_names.size()>;

inline StatusCounts count(std::span<const VoxelStatus> status) {
  StatusCounts counts{};
  for (const VoxelStatus s : status) ++counts.at(static_cast<std::size_t>(s));
  return counts;
}

/// {"ok": 12, ...}
inline base::Json to_json(const StatusCounts& counts) {
  base::Json json;
  for (std::size_t i = 0; i < counts.size(); ++i) json[status_names[i]] = counts[i];
  return json;
}

}  // namespace crbrt::volume
