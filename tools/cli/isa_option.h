// SPDX-License-Identifier: Apache-2.0
/// --isa NAME, the same in every program that has it: a name of the runtime's list.
#pragma once

#include <string>

#include "base/error.h"
#include "crbrt/isa.h"

namespace crbrt::cli {

/// "scalar, sse4.2, avx2, ...": those that this program holds, whatever the CPU.
inline std::string isa_names() {
  std::string names;
  for (std::size_t i = 0; i < isa_count(); ++i)
    if (is_built(isa_at(i))) names += (names.empty() ? "" : ", ") + std::string(name(isa_at(i)));
  return names;
}

inline std::string isa_help() { return "force an instruction set: auto, " + isa_names(); }

inline Isa isa_option(const std::string& text) {
  Isa isa = Isa::automatic;
  if (!isa_from_name(text.c_str(), isa)) throw base::UsageError("--isa: expected auto, " + isa_names() + ", found " + text);
  return isa;
}

}  // namespace crbrt::cli
