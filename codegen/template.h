/// Texts with words to fill in: how everything that crbrt-codegen writes is made. Whole files are the *.in files of this folder
/// and of freestanding/ (CMake carries them into templates.h); what repeats, as the row of a table, is a short text in the
/// code.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crbrt::codegen {

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

}  // namespace crbrt::codegen
