// SPDX-License-Identifier: Apache-2.0
/// Integer models as C99 for machines without an operating system: no library, no heap, nothing written but the caller's arena
/// (docs/bare-metal.md). Algorithms are the texts of this folder; here are tables and the order of the calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/network.hpp"

namespace crbrt::codegen {

/// The contents of NAME.h and NAME.c, and what they need.
struct FreestandingFiles {
  std::string header, source;
  std::uint64_t table_bytes;  ///< constants
  std::uint64_t arena_bytes;
};

/// `model` has an integer form, `network` is of the same file. `name` is one that why_unusable() (source_text.h) has nothing
/// against: functions are NAME_estimate() and so on. Standard deviations and atypicality are left out.
FreestandingFiles emit_freestanding(const Model& model, const Network& network, const std::string& name);

/// What the user is told: bytes of tables and arena, as a Markdown table.
std::string size_table(const FreestandingFiles& files);

// The layers of an integer form for one voxel: tables as text, where each layer reads and writes, and what that takes.

/// Bytes of one voxel in each slot of the program, from the arena's start. Slots that hold floats or the sums take none.
struct VoxelArena {
  std::vector<std::uint64_t> offset;
  std::uint64_t bytes = 0;
};

/// Text and the bytes that its constants take.
struct Tables {
  std::string text;
  std::uint64_t bytes = 0;
};

/// Layer i is operation i of the network. Names are "layer1" and so on.
class LayerWriter {
 public:
  /// `network`: folded, with integers. `program`: its integer program, which says what lies in which slot. Both must outlive
  /// the object.
  LayerWriter(const Network& network, const Program& program);

  std::size_t n_layer() const { return network_.operations.size(); }
  const VoxelArena& arena() const noexcept { return arena_; }

  Tables tables(std::size_t layer) const;     ///< constants
  std::string call(std::size_t layer) const;  ///< indented

 private:
  /// With the rest of what is known of it.
  struct Layer;
  Layer layer(std::size_t index) const;
  std::string destination(std::size_t layer) const;
  std::string source(std::size_t value) const;
  std::uint64_t offset(std::size_t layer) const;

  const Network& network_;
  const Program& program_;
  VoxelArena arena_;
};

}  // namespace crbrt::codegen
