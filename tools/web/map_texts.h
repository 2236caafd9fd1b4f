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
};

/// {"name", "sha256", "n_coeff", "has_integers", "has_std", "has_atypicality", "outputs", "sequence", "licence"}
base::Json describe_model(const Model& model);

/// {"maps": [{"name", "label", "unit", "low", "high", "kind", "sidecar"}], "levels", "status_sidecar"}: the maps in the order
/// of PageMapping::run().
base::Json describe_maps(const Model& model, const Program& program, const std::vector<volume::MapDescription>& outputs,
                         const MapRun& run);

}  // namespace crbrt::web
