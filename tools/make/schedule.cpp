// SPDX-License-Identifier: Apache-2.0
// The same greedy rule as the engine's, on expected times.
#include "tools/make/schedule.h"

#include <algorithm>

namespace crbrt::make {
namespace {

/// What is left of a step in seconds of one core.
double core_s_left(const OpenStep& open, double seen_per_expected) {
  const double expected = open.step->core_s * seen_per_expected;
  if (open.threads == 0) return expected;
  const double used = open.elapsed_s * open.threads;
  if (open.share && *open.share > 0) {
    // The first share of a step says little, because starting it took its time: the table counts as a tenth of the work.
    constexpr double table = 0.1;
    const double whole = (open.share_s * open.threads + table * expected) / (*open.share + table);
    return std::max(whole - used, used / 20);
  }
  return std::max(expected - used, used / 20);  // who is late is never about to end at once
}

}  // namespace

void MachineSpeed::add(double expected_core_s, double core_s) {
  expected_ += expected_core_s;
  seen_ += core_s;
}

double MachineSpeed::seen_per_expected() const {
  constexpr double doubt_s = 5;  // of the table of costs, in seconds of a step
  return (seen_ + doubt_s) / (expected_ + doubt_s);
}

double remaining_s(const std::vector<OpenStep>& all, unsigned threads, const MachineSpeed& speed, double later_core_s) {
  const double seen_per_expected = speed.seen_per_expected();
  struct Part {
    OpenStep open;
    double left;
  };
  std::vector<Part> parts;
  for (const OpenStep& open : all) parts.push_back({open, core_s_left(open, seen_per_expected)});
  double now = 0;
  while (!parts.empty()) {
    unsigned free = threads;
    for (const Part& part : parts) free -= std::min(free, part.open.threads);
    for (Part& part : parts) {
      const bool waits =
          std::any_of(parts.begin(), parts.end(), [&](const Part& p) { return needs(*part.open.step, *p.open.step); });
      if (part.open.threads > 0 || waits || free == 0) continue;
      part.open.threads = std::min(free, part.open.step->most_threads);
      free -= part.open.threads;
    }
    double step_s = -1;
    for (const Part& part : parts)
      if (part.open.threads > 0 && (step_s < 0 || part.left / part.open.threads < step_s))
        step_s = part.left / part.open.threads;
    if (step_s < 0) break;  // steps that need one another: the engine says so
    now += step_s;
    for (Part& part : parts) part.left -= step_s * part.open.threads;
    std::erase_if(parts, [](const Part& part) { return part.open.threads > 0 && part.left <= 1e-9; });
  }
  return now + later_core_s * seen_per_expected / threads;
}

}  // namespace crbrt::make
