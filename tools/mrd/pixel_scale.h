// SPDX-License-Identifier: Apache-2.0
/// Numbers of a map as 16-bit pixels, which is what scanners store: value = slope * pixel + intercept, and pixel 0 is a voxel
/// without an estimate.
#pragma once

#include <cstdint>
#include <string>

namespace crbrt::mrd {

struct PixelScale {
  double slope = 1, intercept = 0;
  std::uint16_t most = 65535;  ///< the largest pixel

  double value_of(std::uint16_t pixel) const noexcept { return slope * pixel + intercept; }
  /// The nearest pixel from 1 on; numbers beyond an end are at that end, and what is no number has no estimate (0).
  std::uint16_t pixel_of(double value) const noexcept;
};

/// Pixels 1 .. most for values from low to high; 0 <= low: pixel 0 is the value 0. Slope and intercept are rounded outwards to
/// four digits, so that the decimal text of DICOM (16 characters) holds just these numbers. low < high, both finite.
PixelScale pixel_scale(double low, double high, std::uint16_t most);

/// The shortest text that reads back as the same number.
std::string decimal(double value);

}  // namespace crbrt::mrd
