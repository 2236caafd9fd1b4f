/// One pass from left to right, so that no text of a model can be taken for a word.
#include "codegen/template.h"

#include <algorithm>
#include <stdexcept>

namespace crbrt::codegen {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

}  // namespace

std::string filled(std::string_view text, const Words& words) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at; (at = text.find('@', done)) != std::string_view::npos;) {
    result += text.substr(done, at - done);
    const std::size_t end = std::min(text.find_first_not_of(letters, at + 1), text.size());
    const auto word = words.find(text.substr(at + 1, end - at - 1));
    if (end == text.size() || text[end] != '@' || word == words.end())
      throw std::logic_error("template: expected a word that the generator fills in, found " +
                             std::string(text.substr(at, end + 1 - at)));
    result += word->second;
    done = end + 1;
    const bool is_line = (at == 0 || text[at - 1] == '\n') && text.substr(done).starts_with('\n');
    if (is_line) ++done;
  }
  return result += text.substr(done);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

std::string prefixed(std::string_view prefix, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) (text += prefix) += line + '\n';
  return text;
}

}  // namespace crbrt::codegen
