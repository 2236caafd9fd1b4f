/// The command line of crbrt-fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "physics/nlls/fitter.h"
#include "tools/volume/image_run.h"

namespace crbrt::fit {

struct Options {
  volume::ImageOptions image;
  std::string sequence;
  std::optional<double> tr_s;
  std::string basis;
  int rank = 0;                              ///< 0: all columns of the basis
  std::string prior;                         ///< empty: the distributions of [paper]
  std::optional<physics::T1Model> t1_model;  ///< empty: the prior's
  std::size_t n_voxel = 0;                   ///< 0: every voxel of the mask
  physics::FitSettings settings;             ///< all but the T1 model
};

/// Empty when --help or --version was printed. Throws base::UsageError.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace crbrt::fit
