// SPDX-License-Identifier: Apache-2.0
/// Runs the steps of a chain that are not done, several at a time where there are cores for them, each as a process of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tools/make/records.h"
#include "tools/make/step.h"

namespace crbrt::make {

/// Why a chain ended before its end.
struct Failure {
  int exit_code = 0;  ///< 0: all steps are done
  std::string message;
};

struct EngineOptions {
  std::filesystem::path folder;  ///< of the chain
  unsigned threads = 1;          ///< of all steps together
  /// The signal that asks the chain to stop, 0 while none does; the steps get it, and end before the engine does.
  std::function<int()> stop_signal;
  double later_core_s = 0;  ///< expected of steps that are not planned yet, for the remaining time
};

/// Folders below that of the chain.
inline constexpr const char *work_folder = "work", *records_folder = "work/records", *logs_folder = "work/logs";

/// Runs what is not done in an order that the files allow, and says on stderr what it does and why. The first step that fails
/// stops the chain; those that are at work are told to stop, and go on in the next run. Throws base::OutputError.
Failure run_steps(const std::vector<Step>& steps, const EngineOptions& options);

}  // namespace crbrt::make
