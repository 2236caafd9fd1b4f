/// The layers of an integer program for one voxel: tables as text, where each layer reads and writes, and what that takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::codegen {

/// Bytes of one voxel in each slot, from the arena's start. Slots that hold floats or the sums take none.
struct VoxelArena {
  std::vector<std::uint64_t> offset;
  std::uint64_t bytes = 0;
};
VoxelArena voxel_arena(const Program& program);

/// Text and the bytes that its constants take.
struct Tables {
  std::string text;
  std::uint64_t bytes = 0;
};

/// Outputs that freestanding code computes of an operation: of the last layer only what becomes an estimate.
std::size_t computed_outputs(const Program& program, std::size_t index);

/// Constants of operation `index`, named after `stem`.
Tables layer_tables(const Program& program, std::size_t index, const std::string& stem);

/// The call of operation `index`, indented.
std::string layer_call(const Program& program, std::size_t index, const std::string& stem, const VoxelArena& arena);

}  // namespace crbrt::codegen
