// SPDX-License-Identifier: Apache-2.0
/// A map as whole numbers of 16 bits with a slope and an intercept that DICOM's decimal strings hold exactly.
///
/// A DS value has at most 16 characters. The slope has two significant digits and the intercept is a whole number of slopes, so
/// both texts are exact, and what RescaleSlope says is the double that the Real World Value Mapping holds. A stored number is
/// off by at most half a slope, which is at most 1.1 / 2 / 65533 of the range of the values. Whole numbers that fit stay as
/// they are, with the slope 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crbrt::dicom {

struct StoredMap {
  std::string slope_text = "1", intercept_text = "0";  ///< decimal strings of DICOM
  double slope = 1, intercept = 0;                     ///< the same
  std::optional<std::uint16_t> padding;                ///< whose number is 0: no estimate; empty: every voxel has a number
  std::vector<std::uint16_t> values;                   ///< [voxel]
  std::size_t n_beyond = 0;  ///< estimates without a number: not finite, or beyond `largest_over_typical`
};

/// One wild number must not take the resolution of all others: what is larger than so many times the 99th percentile of the
/// sizes has no number.
inline constexpr double largest_over_typical = 20;

/// Of a map of numbers, each times `factor`. values [voxel]; is_estimated [voxel]: all others hold the padding.
StoredMap stored_map(std::span<const float> values, const std::vector<bool>& is_estimated, double factor = 1);

/// Of a map of codes from 0 to 65535, as they are: slope 1.
StoredMap stored_codes(std::span<const float> codes);

}  // namespace crbrt::dicom
