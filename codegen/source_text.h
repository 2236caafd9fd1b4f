// SPDX-License-Identifier: Apache-2.0
/// Text of generated code: templates with words to fill in, literals that read back as the same bits and tables of them, and
/// names that the code can carry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crbrt::codegen {

// Texts with words to fill in: how everything that crbrt-codegen writes is made. Whole files are the *.in files of this folder
// and of freestanding/ (CMake carries them into templates.h); what repeats, as the row of a table, is a short text in the
// code.

/// A word in capitals, digits and '_' and the text that takes its place.
using Words = std::map<std::string, std::string, std::less<>>;

/// `text` with every @WORD@ replaced. A word that is alone on its line stands for any number of whole lines: its text ends with
/// a line feed, or is empty and the line goes. What was filled in is not searched again. Throws std::logic_error for a word
/// that `words` lacks: text and code of the generator disagree.
std::string filled(std::string_view text, const Words& words);

/// `text` with every `from` replaced by `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to);

/// `prefix`, line and a line feed, for each line.
std::string prefixed(std::string_view prefix, const std::vector<std::string>& lines);

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

// Which names generated code can carry. What a model file accepts (letters, digits and '_', a letter first) is not enough:
// NAME becomes a variable of C++, the start of others (NAME_n_coeff), and a file NAME.h in an include folder.

/// What forbids the name, in words that follow "found NAME, "; empty where nothing does.
std::string_view why_unusable(std::string_view name);

/// As macros spell it.
std::string upper(std::string name);

}  // namespace crbrt::codegen
