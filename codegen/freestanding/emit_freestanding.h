/// Integer models as C99 for machines without an operating system: no library, no heap, nothing written but the caller's arena
/// (docs/bare-metal.md). Algorithms are the texts of this folder; here are tables and the order of the calls.
#pragma once

#include <cstdint>
#include <string>

#include "crbrt/network.hpp"

namespace crbrt::codegen {

/// The contents of NAME.h and NAME.c, and what they need.
struct FreestandingFiles {
  std::string header, source;
  std::uint64_t table_bytes;  ///< constants
  std::uint64_t arena_bytes;
};

/// `model` has an integer form, `network` is of the same file. `name` is one that why_unusable() (names.h) has nothing against:
/// functions are NAME_estimate() and so on. Standard deviations and atypicality are left out.
FreestandingFiles emit_freestanding(const Model& model, const Network& network, const std::string& name);

/// What the user is told: bytes of tables and arena, as a Markdown table.
std::string size_table(const FreestandingFiles& files);

}  // namespace crbrt::codegen
