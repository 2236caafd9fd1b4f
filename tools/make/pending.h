// SPDX-License-Identifier: Apache-2.0
/// What a chain still has to do, and why: for --dry-run, for the jobs of a cluster, and for its end.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tools/make/step.h"

namespace crbrt::make {

/// The steps that are not done, each with the reason, in their order. A step whose inputs are not made yet is among them, and
/// so is one that reads a file of `changed`, which is about to be replaced.
std::vector<std::pair<const Step*, std::string>> pending_steps(const std::vector<Step>& steps,
                                                               const std::filesystem::path& folder,
                                                               const std::vector<std::filesystem::path>& changed = {});

/// The steps of pending_steps() in words: each that waits for no other by its name and its reason, the others by their number.
std::string name_pending(const std::vector<std::pair<const Step*, std::string>>& pending);

}  // namespace crbrt::make
