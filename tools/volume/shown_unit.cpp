// SPDX-License-Identifier: Apache-2.0
// The table of quantities goes before the unit: it knows which times are microseconds.
#include "tools/volume/shown_unit.h"

#include "physics/quantity.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/map_description.h"

namespace crbrt::volume {

ShownUnit shown_unit(std::string_view output, std::string_view map_unit) {
  const std::string estimate = estimate_of(output);
  if (is_beside_estimates(estimate)) return {std::string(map_unit), 1};
  if (map_unit == "1") return {"%", 100};
  const physics::Quantity* const quantity = physics::find_quantity(estimate);
  // Whole milliseconds, for one, are not the unit that the table converts from.
  const bool is_known = quantity != nullptr && !quantity->map.name.empty() && quantity->map.unit == map_unit;
  if (is_known && !quantity->display.unit.empty()) return {std::string(quantity->display.unit), quantity->display_per_map()};
  return map_unit == "s" ? ShownUnit{"ms", 1000} : ShownUnit{std::string(map_unit), 1};
}

}  // namespace crbrt::volume
