// SPDX-License-Identifier: Apache-2.0
/// What a viewer shows of a series at first: WindowCenter and WindowWidth.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/volume/map_value.h"

namespace crbrt::dicom {

/// That of the quantity (docs/quantities.md), the same in every study, where at least so many of the estimates lie inside.
inline constexpr double least_inside = 0.9;
/// Else from the values: between the percentiles that leave out so many at either end; from 0 on where none of those between
/// them is negative.
inline constexpr double left_out = 0.02;

/// Of the map of `output` ("t1_free_s", "t1_free_s_std") whose `values` [voxel] are in `map_unit`; the window is in what
/// DICOM holds, which is `factor` times that. Only finite values where is_estimated [voxel] count; without any it is 0 to 1.
/// Standard deviations are always shown by their values: they depend on the noise, which no table knows.
volume::Window window_of(const std::string& output, const std::string& map_unit, double factor, std::span<const float> values,
                         const std::vector<bool>& is_estimated);

}  // namespace crbrt::dicom
