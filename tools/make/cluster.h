// SPDX-License-Identifier: Apache-2.0
/// The steps of a chain as jobs of Slurm.
#pragma once

#include <string>
#include <vector>

#include "tools/make/options.h"
#include "tools/make/step.h"

namespace crbrt::make {

/// Submits what is not done: the steps that need none of one another are one job array, which begins when the array before has
/// ended, whatever became of it. Every array comes twice: its second turn does what failed in the first, and what is done ends
/// at once. Whether something is done, the records of the steps say and no exit code. A last job writes the card and the
/// verdict, or says which steps failed. Returns what was submitted. Throws as cli::submit().
std::string submit_steps(const std::vector<Step>& steps, const Options& options);

/// The step that stands for the last job.
inline constexpr const char* last_step = "last";

}  // namespace crbrt::make
