// SPDX-License-Identifier: Apache-2.0
/// What crbrt-model says of the forward part of a model file, and how it writes lines.
#pragma once

#include <string>

#include "base/number_text.h"
#include "tools/model/inspect.h"

namespace crbrt::model {

inline std::string number(double value) { return base::number_text(value, "%g"); }

inline std::string line(const std::string& key, const std::string& value) {
  return key + std::string(key.size() < 20 ? 20 - key.size() : 1, ' ') + (value.empty() ? "-" : value) + '\n';
}

/// "forward part  none" where there is none.
std::string forward_text(const Model& model);

/// Runs the forward part's test vector on an instruction set: scalar bit for bit with what the file stores, the others within
/// rounding. The model has a forward part.
IsaVerdict verify_forward_isa(const Model& model, Isa isa);

}  // namespace crbrt::model
