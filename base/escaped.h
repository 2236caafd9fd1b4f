// SPDX-License-Identifier: Apache-2.0
/// Texts out of files and off command lines as each kind of reader takes them for text: none of them may become a command, a
/// formula, markup or a terminal's control sequence. What writes for gnuplot is in base/gnuplot.h, for JSON in base/json.h.
///
/// Characters that are not printable (controls, what turns the direction of writing, bytes that are no UTF-8) become visible as
/// C writes them: \n, \x1b, \u202e, \xff.
#pragma once

#include <string>
#include <string_view>

namespace crbrt::base {

/// One line without any control character, for terminals and logs.
std::string for_terminal(std::string_view text);

/// Several lines of the kind, for terminals and logs: line ends stay.
std::string lines_for_terminal(std::string_view text);

/// Writes to stdout what programs say, as lines_for_terminal() shows it. Texts of others reach a terminal through here, through
/// base/error.h and through base/warnings.h alone (gate.habits).
void print_lines(std::string_view text);

/// For elements and for attributes in quotes of either kind; line ends stay.
std::string for_html(std::string_view text);

/// A JSON text as the content of a <script> element, where "</script" and "<!--" would end it or change how it ends.
std::string json_for_script(std::string_view json);

/// One text cell (RFC 4180): in quotes where it needs them. Spreadsheets take cells that begin with = + - @ or a control
/// character for formulas: such a text gets an apostrophe in front, which they read as "this is text". Not for numbers.
std::string for_csv(std::string_view text);

}  // namespace crbrt::base
