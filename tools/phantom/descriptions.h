/// The two JSON files that stand beside the coefficients of every phantom.
#pragma once

#include <string>

#include "base/atomic_output.h"
#include "crbrt/loader.hpp"

namespace crbrt::phantom {

struct PhantomOrigin {
  const std::string& out;  ///< the folder's final name
  const ModelInfo& model;
  double snr;
  const std::string& command;
};

/// coefficients.json: sequence, basis and noise, which crbrt-map and crbrt-fit check. phantom.json: `description`, JSON text.
void write_descriptions(base::AtomicFolder& folder, const PhantomOrigin& origin, const std::string& description);

}  // namespace crbrt::phantom
