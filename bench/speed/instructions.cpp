// SPDX-License-Identifier: Apache-2.0
// Runs an engine under valgrind, which collects only inside crbrt_bench_run (peer_main.cpp).
#include "bench/speed/measure.h"

#include <fstream>

#include "base/error.h"

namespace crbrt::bench {
namespace {

/// "totals: N" of callgrind's output.
double total_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("totals: ")) return std::stod(line.substr(8));
  throw base::InputError(path.string(), "a line of totals", "none");
}

/// The first run sets things up (pages, caches of a library), so two runs are counted and the first one is taken off.
double count(const EngineKind& kind, const std::filesystem::path& folder, std::size_t batch, std::size_t runs) {
  const std::filesystem::path out = folder / ("callgrind_" + std::to_string(runs) + ".out");
  Engine engine(kind, folder,
                {"valgrind", "--quiet", "--tool=callgrind", "--toggle-collect=crbrt_bench_run", "--smc-check=all-non-file",
                 "--callgrind-out-file=" + out.string()});
  engine.prepare(batch);
  for (std::size_t r = 0; r < runs; ++r) engine.seconds_per_run(0);
  engine.end();
  return total_of(out);
}

}  // namespace

std::vector<InstructionCount> count_instructions(const std::filesystem::path& task_folder, const Task& task,
                                                 const std::vector<EngineKind>& kinds, const std::vector<std::size_t>& batches,
                                                 std::vector<Skipped>& skipped) {
  std::vector<InstructionCount> counts;
  for (const EngineKind& kind : kinds) {
    if (kind.command.empty()) continue;
    if (kind.command.front() == "node") {
      skipped.push_back({task.network.name, kind.name, kind.precision, "runs inside Node: instructions are not counted"});
      continue;
    }
    for (const std::size_t batch : batches) {
      try {
        const double two = count(kind, task_folder, batch, 2), one = count(kind, task_folder, batch, 1);
        counts.push_back({task.network.name, kind, batch, (two - one) / static_cast<double>(batch)});
      } catch (const base::Error& error) {
        skipped.push_back({task.network.name, kind.name, kind.precision, std::string("under valgrind: ") + error.what()});
      }
    }
  }
  return counts;
}

}  // namespace crbrt::bench
