/// C++ literals that read back as the same bits, and tables of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace crbrt::codegen {

/// Shortest decimal that reads back as `value`, with the suffix f: "0.1f", "-3e-20f", "-0.0f". `value` is finite.
std::string float_literal(float value);

/// The smallest s32 has no literal: its digits alone are a larger number.
std::string integer_literal(std::int32_t value);

/// A string literal in quotes. `text` is printable ASCII (the loader checks names and units).
std::string string_literal(std::string_view text);

/// "{\n    a, b, c,\n    d,\n}", `per_line` numbers to a line.
std::string table_literal(std::span<const float> values, std::size_t per_line);

/// The same for integers.
std::string table_literal(std::span<const std::int8_t> values, std::size_t per_line);
std::string table_literal(std::span<const std::int16_t> values, std::size_t per_line);
std::string table_literal(std::span<const std::int32_t> values, std::size_t per_line);

}  // namespace crbrt::codegen
