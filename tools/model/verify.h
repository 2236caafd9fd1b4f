/// Runs a model's embedded test vector on an instruction set and compares: scalar bit for bit with what the file stores, the
/// others within the rounding that single precision explains.
#pragma once

#include <cstddef>
#include <string>

#include "crbrt/isa.h"
#include "crbrt/loader.hpp"

namespace crbrt::tools {

struct IsaVerdict {
  enum class Kind { passed, failed, skipped } kind = Kind::skipped;
  std::string text;  ///< one line for people
};

/// skipped: not built, or this CPU lacks it.
IsaVerdict verify_isa(const Model& model, Isa isa);

}  // namespace crbrt::tools
