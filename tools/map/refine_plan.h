// SPDX-License-Identifier: Apache-2.0
/// What --refine needs beside the model: the physics or the model's forward part, the prior that bounds the fit, and the voxels
/// that are asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/warnings.h"
#include "crbrt/loader.hpp"
#include "tools/map/options.h"
#include "tools/map/refinement.h"
#include "tools/volume/image_run.h"

namespace crbrt::map {

/// A refinement and what it keeps between runs.
struct RefinePlan {
  std::unique_ptr<RefinedParts> parts;
  std::unique_ptr<Refinement> refinement;
  std::vector<std::string> reads;  ///< lines for --dry-run
  base::Json settings;             ///< for sidecars
};

/// Empty without --refine. Parts are kept beside the output unless it is a dry run. Throws InputError for files that cannot be
/// read, DisagreementError where sequence, basis, prior and model do not fit together, and for --refine learned with a model
/// that has no forward part; UsageError for voxels that nobody can find.
std::optional<RefinePlan> plan_refinement(const MapOptions& options, const Model& model, const Program& program,
                                          const volume::ImageInputs& inputs, double sigma, base::Warnings& warnings);

}  // namespace crbrt::map
