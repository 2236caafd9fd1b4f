/// Runs a model's embedded test vector on an instruction set and compares: scalar bit for bit with what the file stores, the
/// others within the rounding that single precision explains.
#pragma once

#include <cstddef>
#include <string>

#include "crbrt/isa.h"
#include "crbrt/network.hpp"

namespace crbrt::tools {

struct IsaVerdict {
  enum class Kind { passed, failed, skipped } kind = Kind::skipped;
  std::string text;  ///< one line for people
};

/// `folded` is of the same file. skipped: not built, or this CPU lacks it.
IsaVerdict verify_isa(const Model& model, const Network& folded, Isa isa);

}  // namespace crbrt::tools
