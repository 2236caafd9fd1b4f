// SPDX-License-Identifier: Apache-2.0
/// What crbrt-model says of a model file: everything readable in it, and whether an instruction set computes it.
#pragma once

#include <cstddef>
#include <string>

#include "crbrt/isa.h"
#include "crbrt/loader.hpp"
#include "crbrt/network.hpp"

namespace crbrt::model {

/// Everything readable in the file, as text for people.
std::string info_text(const Model& model);

struct IsaVerdict {
  enum class Kind { passed, failed, skipped } kind = Kind::skipped;
  std::string text;  ///< one line for people
};

/// Runs the embedded test vector on an instruction set and compares: scalar bit for bit with what the file stores, the others
/// within the rounding that single precision explains. `folded` is of the same file. skipped: not built, or this CPU lacks it.
IsaVerdict verify_isa(const Model& model, const Network& folded, Isa isa);

}  // namespace crbrt::model
