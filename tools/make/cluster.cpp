// SPDX-License-Identifier: Apache-2.0
// Each task is crbrt-make with the same options and the name of its step, which plans the chain again: the shape of the
// networks is not known before the basis is there.
#include "tools/make/cluster.h"

#include <algorithm>
#include <filesystem>

#include "tools/cli/child_program.h"
#include "tools/cli/job_array.h"
#include "tools/make/engine.h"
#include "tools/make/pending.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;

/// Steps by how many steps have to come before.
std::vector<std::vector<const Step*>> levels_of(const std::vector<Step>& steps) {
  std::vector<std::vector<const Step*>> levels;
  std::vector<const Step*> open;
  for (const Step& step : steps) open.push_back(&step);
  while (!open.empty()) {
    std::vector<const Step*> level, later;
    for (const Step* step : open) {
      const bool waits = std::any_of(open.begin(), open.end(), [&](const Step* other) { return needs(*step, *other); });
      (waits ? later : level).push_back(step);
    }
    if (level.empty()) break;  // steps that need one another: run_steps() says so
    levels.push_back(std::move(level));
    open = std::move(later);
  }
  return levels;
}

std::vector<std::string> task(const Options& o, const std::string& step) {
  std::vector<std::string> words{cli::program_beside("crbrt-make")};
  const std::vector<std::string> options = words_of(o);
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--step", step});
  return words;
}

}  // namespace

std::string submit_steps(const std::vector<Step>& steps, const Options& o) {
  const fs::path folder = o.out, logs = folder / logs_folder;
  const auto pending = pending_steps(steps, folder);
  std::vector<Step> left;
  for (const auto& [step, why] : pending) left.push_back(*step);
  if (left.empty()) return "nothing to submit: all steps are done";
  std::string said;
  std::vector<std::string> before;
  std::size_t turn = 0;
  for (const std::vector<const Step*>& level : levels_of(left)) {
    ++turn;
    for (const char* again : {"", "-again"}) {
      cli::JobArray jobs{"crbrt-make-" + std::to_string(turn) + again, {}, {}, o.slurm_options, o.threads, logs, before};
      for (const Step* step : level) jobs.commands.push_back(task(o, step->name));
      const cli::Submitted submitted = cli::submit(jobs);
      before = submitted.ids;
      said += (said.empty() ? "" : ", then ") + submitted.said;
    }
  }
  const cli::JobArray last{"crbrt-make-last", {task(o, last_step)}, {}, o.slurm_options, 1, logs, before};
  return said + ", then " + cli::submit(last).said;
}

}  // namespace crbrt::make
