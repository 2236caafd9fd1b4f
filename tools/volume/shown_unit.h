// SPDX-License-Identifier: Apache-2.0
/// The one rule for the unit in which people see a map, where its numbers may become whole ones: pixels of crbrt-mrd, DICOM,
/// and what a page prints.
///
/// Maps are in SI units (docs/quantities.md). Scanners keep windows as whole numbers, and programs that apply RescaleSlope may
/// round to whole numbers (DCMTK 3.6.7 does): T2 in seconds, or a fraction of 1, would vanish there.
#pragma once

#include <string>
#include <string_view>

namespace crbrt::volume {

struct ShownUnit {
  std::string unit;   ///< "ms", "us", "%", or that of the map
  double factor = 1;  ///< number shown over number in the map
};

/// Of the map of `output` ("t1_free_s", "t1_free_s_std", "status") whose numbers are in `map_unit`. Times are in ms, or in the
/// unit of the table of quantities (T2s in us); ratios and fractions (unit "1") in percent; all else stays as it is. So do
/// scores and codes (is_beside_estimates()), which are no ratios. Standard deviations are in the unit of their map. A quantity
/// of another simulator follows from its unit alone.
ShownUnit shown_unit(std::string_view output, std::string_view map_unit);

}  // namespace crbrt::volume
