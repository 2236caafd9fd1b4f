// SPDX-License-Identifier: Apache-2.0
/// Which standard deviations of a model are at their limit.
#pragma once

#include <cstdint>

#include "crbrt/crbrt.hpp"
#include "tools/map/model_maps.h"

namespace crbrt::map {

/// Whether the standard deviations of an output are bounded.
bool is_bounded(const Output& output) noexcept;

/// Fills maps.std_at_limit from the standard deviations as the model gives them: bit j of a voxel where that of output j is at
/// its least or largest value. Voxels without an estimate have none. Nothing where maps has no standard deviations.
void find_limits(const Program& program, BatchMaps& maps);

}  // namespace crbrt::map
