/// The text of integer operations (emit.cpp puts it in its place).
#pragma once

#include <string>
#include <vector>

#include "crbrt/loader.hpp"

namespace crbrt::codegen {

/// Any operation of an integer program; quantize and dequantize included.
bool is_integer(const Op& op);

/// Constant tables, named after `stem`.
std::string fixed_op_tables(const Op& op, const std::string& stem);

/// Designated initialisers after `.bias`; empty for operations of float programs.
std::string fixed_members(const Op& op, const std::string& stem);

/// What the integers cost, one line each, for a banner: "loss 0.612 -> 0.613 of ...".
std::vector<std::string> cost_lines(const FixedInfo& fixed);

/// The same as a Markdown table, with the width of every operation.
std::string cost_table(const FixedInfo& fixed);

}  // namespace crbrt::codegen
