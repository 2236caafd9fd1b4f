// SPDX-License-Identifier: Apache-2.0
// A step is done by its record alone; what reads a file that will be made again is not done, either.
#include "tools/make/pending.h"

#include <algorithm>

#include "tools/make/engine.h"
#include "tools/make/records.h"

namespace crbrt::make {

namespace fs = std::filesystem;

std::vector<std::pair<const Step*, std::string>> pending_steps(const std::vector<Step>& steps, const fs::path& folder,
                                                               const std::vector<fs::path>& changed) {
  Records records(folder, records_folder);
  std::vector<std::pair<const Step*, std::string>> pending;
  for (const Step& step : steps) {
    std::string why = records.why_not_done(step);
    const auto replaced = std::find_first_of(step.inputs.begin(), step.inputs.end(), changed.begin(), changed.end());
    if (why.empty() && replaced != step.inputs.end()) why = replaced->string() + " has changed since";
    const auto needed =
        std::find_if(pending.begin(), pending.end(), [&](const auto& open) { return needs(step, *open.first); });
    if (why.empty() && needed != pending.end()) why = needed->first->what + " comes first";
    if (!why.empty()) pending.emplace_back(&step, why);
  }
  return pending;
}

std::string name_pending(const std::vector<std::pair<const Step*, std::string>>& pending) {
  std::string names;
  std::size_t n_behind = 0;
  for (const auto& [step, why] : pending) {
    const auto comes_first = [&step = step](const auto& other) { return needs(*step, *other.first); };
    if (std::any_of(pending.begin(), pending.end(), comes_first)) {
      ++n_behind;
    } else {
      names += (names.empty() ? "" : ", ") + step->name + " (" + why + ")";
    }
  }
  if (n_behind > 0) names += ", and what needs them: " + std::to_string(n_behind) + (n_behind == 1 ? " step" : " steps");
  return names;
}

}  // namespace crbrt::make
