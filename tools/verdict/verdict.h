// SPDX-License-Identifier: Apache-2.0
/// Is the model fit, or what does the pulse train encode? Sentences for people and JSON with the number behind each.
#pragma once

#include <string>

#include "base/json.h"
#include "tools/verdict/evidence.h"
#include "tools/verdict/finding.h"
#include "tools/verdict/goals.h"

namespace crbrt::verdict {

struct Verdict {
  bool fit = false;  ///< nothing that was measured fails; of a train alone: it encodes every output that was asked for
  std::string headline;
  Findings findings;
};

Verdict verdict_of(const Evidence& evidence, const Goals& goals);

/// Lines, headline first, then output by output, then what was not measured and what to do next.
std::string words(const Verdict& verdict, const Evidence& evidence);

/// docs/verdict.md lists the keys.
base::Json json(const Verdict& verdict, const Evidence& evidence, const Goals& goals);

}  // namespace crbrt::verdict
