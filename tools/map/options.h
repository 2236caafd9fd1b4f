/// The command line of crbrt-map.
#pragma once

#include <optional>
#include <string>

#include "crbrt/isa.h"
#include "tools/volume/image_run.h"

namespace crbrt::map {

struct MapOptions {
  volume::ImageOptions image;
  std::string model, basis;
  Isa isa = Isa::automatic;
  bool is_integer = false;      ///< the model's integer form
  std::optional<double> sigma;  ///< empty: estimated from the data
  bool no_std = false;
};

/// Empty when the program is done (--help). Throws UsageError.
std::optional<MapOptions> parse_options(int argc, char** argv);

}  // namespace crbrt::map
