// SPDX-License-Identifier: Apache-2.0
/// The command line of crbrt-map.
#pragma once

#include <optional>
#include <string>

#include "crbrt/isa.h"
#include "tools/volume/image_run.h"

namespace crbrt::map {

/// --refine and what belongs to it.
struct RefineOptions {
  std::string kind;  ///< "exact" or "learned"; empty: none
  std::string sequence, prior;
  std::optional<double> tr_s;
  std::string voxels = "all";  ///< "all", "flagged", a number, or "label:K"
  int steps = 5;
  bool map_prior = false;  ///< the prior's Gaussians count beside the data
  bool resume = false;
};

struct MapOptions {
  volume::ImageOptions image;
  std::string model, basis;
  Isa isa = Isa::automatic;
  bool is_integer = false;      ///< the model's integer form
  std::optional<double> sigma;  ///< empty: estimated from the data
  bool no_std = false;
  std::string dicom_like;  ///< folder of the series that the maps are written beside as DICOM; empty: none
  RefineOptions refine;
};

/// Empty when the program is done (--help). Throws UsageError.
std::optional<MapOptions> parse_options(int argc, char** argv);

}  // namespace crbrt::map
