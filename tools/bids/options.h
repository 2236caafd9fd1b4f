// SPDX-License-Identifier: Apache-2.0
/// Options of crbrt-bids, and those of crbrt-map among them, which every image gets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/bids/run_image.h"

namespace crbrt::bids {

struct Options {
  std::string in, out, level, model, basis, isa = "auto", precision = "f32", fill = "0", units = "s", select;
  std::vector<std::string> subjects, slurm_options;
  std::optional<double> sigma;
  unsigned threads = 1, jobs = 1;
  bool no_std = false, ignore_geometry = false, is_strict = false, is_fresh = false, is_dry = false, to_slurm = false;
};

/// Empty when the program is done (--help). Throws UsageError.
std::optional<Options> parse_options(int argc, char** argv);

/// Options of crbrt-map that this program has, too, and on which the maps depend. Paths are absolute, so that a job of a
/// cluster and a start in another folder make the same maps by the same command.
std::vector<std::string> map_options(const Options& options);

MapCommand map_command(const Options& options);

}  // namespace crbrt::bids
