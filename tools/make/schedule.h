// SPDX-License-Identifier: Apache-2.0
/// How long a chain will still take: from what steps are expected to cost, corrected by what this machine was seen to need.
#pragma once

#include <optional>
#include <vector>

#include "tools/make/step.h"

namespace crbrt::make {

/// A step that is not done, as the estimate sees it.
struct OpenStep {
  const Step* step = nullptr;
  unsigned threads = 0;           ///< 0: it has not begun
  double elapsed_s = 0;           ///< since it began
  std::optional<double> share{};  ///< of its work that is done, where its log says so
  double share_s = 0;             ///< elapsed when the log said so
};

/// Expected over seen time of cores: grows by finished steps, so that one short step does not decide.
class MachineSpeed {
 public:
  void add(double expected_core_s, double core_s);
  double seen_per_expected() const;

 private:
  double expected_ = 0, seen_ = 0;
};

/// Seconds until all are done on `threads` cores, by the order in which the engine starts them. `later_core_s`: of steps after
/// all of these.
double remaining_s(const std::vector<OpenStep>& open, unsigned threads, const MachineSpeed& speed, double later_core_s);

}  // namespace crbrt::make
