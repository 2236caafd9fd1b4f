/// The two JSON files that stand beside the coefficients of every phantom.
#pragma once

#include <string>

#include "crbrt/loader.hpp"
#include "tools/cli/atomic_output.h"

namespace crbrt::phantom {

struct PhantomOrigin {
  const std::string& out;  ///< the folder's final name
  const ModelInfo& model;
  double snr;
  const std::string& command;
};

/// coefficients.json: sequence, basis and noise, which crbrt-map and crbrt-fit check. phantom.json: `description`, JSON text.
void write_descriptions(cli::AtomicFolder& folder, const PhantomOrigin& origin, const std::string& description);

}  // namespace crbrt::phantom
