/// Instructions per voxel under callgrind: a second figure that knows no clock, no cache and no neighbour on the machine.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/speed/measure.h"

namespace crbrt::bench {

struct InstructionCount {
  std::string network;
  EngineKind kind;
  std::size_t batch = 0;
  double per_voxel = 0;
};

/// For every installed engine but those of Node (whose just-in-time compiler callgrind would count as well).
std::vector<InstructionCount> count_instructions(const std::filesystem::path& task_folder, const Task& task,
                                                 const std::vector<EngineKind>& kinds, const std::vector<std::size_t>& batches,
                                                 std::vector<Skipped>& skipped);

}  // namespace crbrt::bench
