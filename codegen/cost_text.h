// SPDX-License-Identifier: Apache-2.0
/// What a model's integers cost, as the banner of generated code and the user read it.
#pragma once

#include <string>
#include <vector>

#include "crbrt/loader.hpp"

namespace crbrt::codegen {

/// One line each, for a banner: "loss 0.612 -> 0.613 of ...".
std::vector<std::string> cost_lines(const IntegerInfo& integers);

/// The same as a Markdown table, with the width of every operation.
std::string cost_table(const IntegerInfo& integers);

}  // namespace crbrt::codegen
