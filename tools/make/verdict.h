// SPDX-License-Identifier: Apache-2.0
/// Whether what a chain made is good enough: the verdicts of crbrt-eval on each model and on the pulse train, as one.
#pragma once

#include <string>
#include <vector>

#include "tools/make/plan.h"

namespace crbrt::make {

struct ChainVerdict {
  std::vector<std::string> fit;  ///< names of the models that are fit; the chain is where there is one
  std::string words;             ///< lines: headlines, and indented what is wrong and what to do next, each sentence once
};

/// Writes verdict.json. Throws base::Error.
ChainVerdict give_verdict(const Request& request);

}  // namespace crbrt::make
