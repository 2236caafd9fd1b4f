// SPDX-License-Identifier: Apache-2.0
/// Which standard deviations of a model are at their limit.
#pragma once

#include <cstdint>

#include "crbrt/crbrt.hpp"
#include "tools/map/model_maps.h"
#include "tools/volume/status_value.h"

namespace crbrt::map {

/// Whether the standard deviations of an output are bounded.
bool is_bounded(const Output& output) noexcept;

/// Fills maps.std_at_limit from estimates and standard deviations as the model gives them, by find_std_limits(). Nothing where
/// maps has no standard deviations.
void find_limits(const Program& program, BatchMaps& maps);

/// The value of the status map: `said`, or std_at_limit where nothing else is to be said.
constexpr volume::StatusValue with_limit(volume::StatusValue said, bool is_at_limit) noexcept {
  return is_at_limit && said == volume::StatusValue::ok ? volume::StatusValue::std_at_limit : said;
}

/// The same of voxel v of a batch.
inline volume::StatusValue status_of(const BatchMaps& maps, std::size_t v) noexcept {
  return with_limit(volume::status_values(maps.status)[v], !maps.std_at_limit.empty() && maps.std_at_limit[v] != 0);
}

}  // namespace crbrt::map
