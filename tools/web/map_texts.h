// SPDX-License-Identifier: Apache-2.0
/// What the page shows and saves of a model and its maps beside the numbers: JSON for JavaScript.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"
#include "tools/volume/map_description.h"

namespace crbrt::web {

struct MapRun {
  bool is_integer = false;
  double sigma = 0;  ///< 0: no standard deviations
  Isa isa = Isa::scalar;
  std::string input;  ///< name of the file
  std::string mask;   ///< name of the file; empty: every voxel is mapped
};

/// {"name", "sha256", "n_coeff", "has_integers", "has_std", "has_atypicality", "outputs", "sequence", "licence"}; outputs by
/// the names of their maps.
base::Json describe_model(const Model& model, const std::vector<volume::MapDescription>& outputs);

/// {"maps": [{"name", "output", "unit", "low", "high", "shown_unit", "shown_factor", "colours", "kind", "description",
/// "sidecar"}], "levels", "threshold": {"score", "is_of_noise"} or null, "isa", "status_sidecar"}: the maps in the order of
/// PageMapping::run(); windows and sidecars in `unit`.
base::Json describe_maps(const Model& model, const Program& program, const std::vector<volume::MapDescription>& outputs,
                         const MapRun& run);

}  // namespace crbrt::web
