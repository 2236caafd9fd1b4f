// SPDX-License-Identifier: Apache-2.0
/// The end of a chain: the card of its models.
#pragma once

#include "tools/make/plan.h"

namespace crbrt::make {

/// Writes README.md from what the steps have measured, and prints a line for each model. Returns the exit code of the chain.
/// Throws base::Error.
int conclude(const Request& request);

}  // namespace crbrt::make
