// SPDX-License-Identifier: Apache-2.0
// Atlases come with tables of many programs: each line is taken apart by what it looks like.
#include "tools/viewer/label_names.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/read_file.h"

namespace crbrt::viewer {
namespace {

constexpr std::string_view digits = "0123456789", blanks = " \t,;\"";

/// Line ends of Unix, Windows and old Macs become those of Unix; the mark of byte order goes.
std::string plain_text(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    plain += text[i] == '\r' ? '\n' : text[i];
  }
  return plain;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool are_numbers(std::span<const std::string> words) {
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.find_first_not_of("0123456789.") == std::string::npos; });
}

/// The name in what stands behind the label: of FreeSurfer "Left-Thalamus 0 118 14 0", of ITK-SNAP
/// "255 0 0 1 1 1 "Left thalamus"", else all of it up to a tab.
std::string name_in(const std::string& rest) {
  const std::vector<std::string> words = words_of(rest);
  const std::size_t quote = rest.find('"');
  if (words.size() == 5 && are_numbers(std::span(words).last(4))) return words.front();
  if (words.size() >= 7 && quote != std::string::npos && are_numbers(std::span(words).first(6))) {
    const std::size_t end = rest.find('"', quote + 1);
    return rest.substr(quote + 1, end == std::string::npos ? end : end - quote - 1);
  }
  std::string name = rest.substr(0, rest.find('\t'));
  name.erase(name.find_last_not_of(" \"") + 1);
  return name;
}

/// Words alone, e.g. "index,name": it begins with a letter and has no number.
bool is_header(const std::string& line) {
  return std::isalpha(static_cast<unsigned char>(line.front())) != 0 && line.find_first_of(digits) == std::string::npos;
}

}  // namespace

std::map<long, std::string> read_label_names(const std::string& path) {
  constexpr std::size_t most_digits = 9;
  std::istringstream text(plain_text(base::read_file(path, "a table of labels and names")));
  std::map<long, std::string> names;
  bool may_be_header = true;
  std::string line;
  for (std::size_t number = 1; std::getline(text, line); ++number) {
    line.erase(0, std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::size_t end = std::min(line.find_first_not_of(digits), line.size());
    if (end == 0 && may_be_header && is_header(line)) {
      may_be_header = false;
      continue;
    }
    may_be_header = false;
    const std::size_t begin = std::min(line.find_first_not_of(blanks, end), line.size());
    const std::string name = name_in(line.substr(begin));
    const std::string where = path + ", line " + std::to_string(number);
    if (end == 0 || end > most_digits || begin == end || name.empty())
      throw base::InputError(where, "a label and a name", "\"" + line + "\"");
    const long label = std::stol(line.substr(0, end));
    const auto [known, is_new] = names.emplace(label, name);
    if (!is_new && known->second != name)
      throw base::InputError(where, "one name of label " + std::to_string(label), known->second + " and " + name);
  }
  return names;
}

}  // namespace crbrt::viewer
