/// Whether what a chain made is good enough: the verdicts of crbrt-eval on each model and on the pulse train, as one.
#pragma once

#include "tools/make/plan.h"

namespace crbrt::make {

/// Writes verdict.json and prints the words. A chain is fit where for one of its sizes both the model and its twin are. Returns
/// that. Throws base::Error.
bool give_verdict(const Request& request);

}  // namespace crbrt::make
