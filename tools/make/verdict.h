/// Whether what a chain made is good enough: the verdicts of crbrt-eval on each model and on the pulse train, as one.
#pragma once

#include <string>

#include "tools/make/plan.h"

namespace crbrt::make {

struct ChainVerdict {
  bool is_fit = false;  ///< for one of the sizes both the model and its twin are
  std::string
      words;  ///< lines: of the pulse train and of each model the headline, and indented what is wrong and what to do next
};

/// Writes verdict.json. Throws base::Error.
ChainVerdict give_verdict(const Request& request);

}  // namespace crbrt::make
