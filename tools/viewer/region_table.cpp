// SPDX-License-Identifier: Apache-2.0
// One pass over the labels of the atlas for each map.
#include "tools/viewer/region_table.h"

#include "base/escaped.h"
#include "base/number_text.h"
#include "tools/viewer/map_display.h"
#include "tools/viewer/regions.h"

namespace crbrt::viewer {

Json RegionTable::add(const Json& map, const std::vector<float>& values, const std::vector<float>& std) {
  Json all = Json::array();
  for (const auto& [label, voxels] : run_.labels) {
    const RegionStatistics s = statistics(voxels, values, std, run_.is_ok);
    const auto known = run_.names.find(label);
    const std::string name = known == run_.names.end() ? std::string("label ").append(std::to_string(label)) : known->second;
    const Json error = s.weighted_error ? Json(*s.weighted_error) : Json(),
               mean = s.weighted_mean ? Json(*s.weighted_mean) : Json();
    all.push_back({{"label", label},
                   {"name", name},
                   {"voxels", s.voxels},
                   {"mean", finite_or_null(s.mean)},
                   {"std", finite_or_null(s.std)},
                   {"p05", finite_or_null(s.p05)},
                   {"quartile_low", finite_or_null(s.quartile_low)},
                   {"median", finite_or_null(s.median)},
                   {"quartile_high", finite_or_null(s.quartile_high)},
                   {"p95", finite_or_null(s.p95)},
                   {"weighted_mean", mean},
                   {"weighted_error", error}});
    const auto number = [](const Json& value) {
      return value.is_null() ? std::string() : base::number_text(value.number(), "%.7g");
    };
    csv_ += base::for_csv(map.at("name").text()) + "," + base::for_csv(map.at("unit").text()) + "," + std::to_string(label) +
            "," + base::for_csv(name) + "," + std::to_string(voxels.size()) + "," + std::to_string(s.voxels);
    for (const char* key :
         {"mean", "std", "p05", "quartile_low", "median", "quartile_high", "p95", "weighted_mean", "weighted_error"})
      csv_.append(",").append(number(all.items().back().at(key)));
    csv_ += "\n";
  }
  return all;
}

}  // namespace crbrt::viewer
