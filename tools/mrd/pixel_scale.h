// SPDX-License-Identifier: Apache-2.0
/// Numbers of a map as 16-bit pixels, which is what scanners store: value = slope * pixel + intercept, and pixel 0 is a voxel
/// without an estimate.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace crbrt::mrd {

struct PixelScale {
  double slope = 1, intercept = 0;
  std::uint16_t most = 65535;  ///< the largest pixel

  double value_of(std::uint16_t pixel) const noexcept { return slope * pixel + intercept; }
  /// The nearest pixel from 1 on; numbers beyond an end are at that end, and what is no number has no estimate (0).
  std::uint16_t pixel_of(double value) const noexcept {
    const double pixel = (value - intercept) / slope;
    if (!(pixel == pixel)) return 0;
    // From 2^52 on, numbers of double precision are whole: the sum is rounded to the nearest one, and costs no call.
    constexpr double whole = 0x1p52;
    return static_cast<std::uint16_t>((std::clamp(pixel, 1.0, static_cast<double>(most)) + whole) - whole);
  }
};

/// Pixels 1 .. most for values from low to high; 0 <= low: pixel 0 is the value 0. Slope and intercept are rounded outwards to
/// four digits, so that the decimal text of DICOM (16 characters) holds just these numbers. low < high, both finite.
PixelScale pixel_scale(double low, double high, std::uint16_t most);

/// The shortest text that reads back as the same number.
std::string decimal(double value);

}  // namespace crbrt::mrd
