// SPDX-License-Identifier: Apache-2.0
// Every map that is a tissue parameter, or the time of one, in SI units.
#include "tools/fit/start_maps.h"

#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "physics/nlls/partial_tissue.h"
#include "physics/quantity.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"
#include "tools/volume/stored_image.h"

namespace crbrt::fit {
namespace {

/// What a sidecar says must be ours; what it does not say cannot be compared.
void expect_same(const std::string& map, const char* key, const std::string& ours) {
  const std::string sidecar = volume::sidecar_path(map);
  if (!std::filesystem::exists(sidecar)) return;
  const base::Json json = base::Json::from_file(sidecar);
  const base::Json* const found = json.find(key);
  if (found != nullptr && found->is_text() && found->text() != ours)
    throw base::DisagreementError(sidecar, std::string("the ") + key + " of this fit, " + ours.substr(0, 12) + "...",
                                  found->text().substr(0, 12) + "...");
}

bool is_start(const physics::Quantity& quantity, const physics::Unknowns& unknowns) {
  return quantity.gives_parameter() && !quantity.map.name.empty() && quantity.is_of(unknowns.t1_model()) &&
         unknowns.has(quantity.parameter);
}

}  // namespace

std::vector<physics::Tissue> read_start_maps(const std::string& folder, const volume::Grid& grid, volume::GridCheck check,
                                             std::span<const std::size_t> voxels, const physics::Unknowns& unknowns,
                                             const physics::Sequence& sequence, const physics::Basis& basis) {
  const volume::MapFiles maps = volume::maps_in(folder);
  std::vector<physics::PartialTissue> partial(voxels.size());
  bool has_any = false;
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (!is_start(quantity, unknowns)) continue;
    const auto map = maps.find(std::string(quantity.map.name));
    if (map == maps.end()) continue;
    expect_same(map->second.path, "SequenceSHA256", physics::sha256_of(sequence));
    expect_same(map->second.path, "BasisSHA256", physics::sha256_of(basis));
    has_any = true;
    const std::vector<float> all = volume::read_map(map->second, grid, check);
    for (std::size_t v = 0; v < voxels.size(); ++v)
      partial[v].set(quantity, static_cast<double>(all[voxels[v]]) / quantity.map.factor);
  }
  if (!has_any) throw base::InputError(folder, "maps of at least one unknown of the fit, as crbrt-map writes them", "none");
  const std::string status_file = volume::map_path(folder, "status");
  const std::vector<float> status =
      std::filesystem::exists(status_file) ? volume::read_values(status_file, grid, check) : std::vector<float>();
  std::vector<physics::Tissue> starts;
  for (std::size_t v = 0; v < voxels.size(); ++v) {
    const bool is_known = status.empty() || volume::is_estimate(status[voxels[v]]);
    starts.push_back((is_known ? partial[v] : physics::PartialTissue()).tissue(unknowns.t1_model()));
  }
  return starts;
}

}  // namespace crbrt::fit
