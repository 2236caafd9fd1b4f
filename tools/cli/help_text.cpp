// SPDX-License-Identifier: Apache-2.0
// --help. Columns are counted in characters, because texts hold é and µ.
#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "tools/cli/definition.h"

namespace crbrt::cli {
namespace {

constexpr std::size_t help_column = 26;  // where the help of an option begins
constexpr char no_break = '\x1f';        // stands for a space where no line may end

std::size_t n_column(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string signature(const OptionDefinition& option) {
  if (option.is_argument()) return option.value;
  return joined(option.names, ", ") + (option.value.empty() ? "" : " " + option.value);
}

std::string entry(const std::string& left, const std::string& help) {
  const std::string text = wrapped(help, help_column, help_width);
  const std::string begin = "  " + left;
  if (n_column(begin) + 2 > help_column) return begin + "\n" + text + "\n";
  return begin + text.substr(n_column(begin)) + "\n";
}

std::string usage(const CommandDefinition& program, const CommandDefinition& command) {
  std::string text = program.name + (&program == &command ? "" : " " + command.name);
  for (const OptionDefinition& option : command.options)
    if (option.is_required) text += " " + signature(option);
  const auto is_optional = [](const OptionDefinition& option) { return !option.is_required; };
  if (std::any_of(command.options.begin(), command.options.end(), is_optional)) text += " [OPTION...]";
  if (!command.commands.empty()) text += " COMMAND ...";
  return wrapped("Usage: " + text, 0, help_width) + "\n";
}

std::string examples(const CommandDefinition& program, const CommandDefinition& command) {
  const std::string wanted = program.name + (&program == &command ? "" : " " + command.name) + " ";
  std::string text;
  for (const Example& example : program.examples) {
    if (!example.command.starts_with(wanted)) continue;
    // A line that goes on in the next has to say so to the shell; an option and its value stay together.
    std::string lines = example.command;
    for (std::size_t i = lines.find(' '); i != std::string::npos; i = lines.find(' ', i + 1))
      if (lines[i + 1] != '-' && lines.rfind(" -", i) != std::string::npos) lines[i] = no_break;
    lines = wrapped(lines, 6, help_width - 2);
    for (std::size_t end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', end + 3))
      lines.insert(end, " \\");
    std::replace(lines.begin(), lines.end(), no_break, ' ');
    text += wrapped(example.meaning + ":", 2, help_width) + "\n" + lines + "\n";
  }
  return text.empty() ? "" : "\nExamples:\n" + text;
}

/// "  3  an input is missing", with further lines below the words.
std::string exit_code_entry(int code, const std::string& meaning) {
  const std::string head = "  " + exit_code_text(code) + "  ";
  std::string text = wrapped(meaning, head.size(), help_width) + "\n";
  return text.replace(0, head.size(), head);
}

}  // namespace

std::map<int, std::string> common_exit_codes() {
  return {{base::exit_ok, "done (flagged voxels included)"},
          {base::exit_internal, "internal error"},
          {base::exit_usage, "wrong command line"},
          {base::exit_input, "an input is missing, cut off or not what was expected"},
          {base::exit_disagreement, "model and data disagree (rank, basis, sequence)"},
          {base::exit_output, "an output cannot be written"},
          {exit_signal, "interrupted by SIGINT or SIGTERM; nothing is left half done"}};
}

std::string exit_code_text(int code) { return code == exit_signal ? "130, 143" : std::to_string(code); }

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  const std::string margin(indent, ' ');
  std::istringstream words(text);
  std::string result = margin, word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + n_column(word) > width) {
      result += "\n" + margin;
      column = indent;
    }
    if (column > indent) result += ' ', ++column;
    result += word;
    column += n_column(word);
  }
  return result;
}

std::string remarks(const OptionDefinition& option) {
  std::vector<std::string> all;
  if (!option.choices.empty()) all.push_back("one of " + joined(option.choices, ", "));
  if (!option.range.empty()) all.push_back(option.range);
  if (option.is_required) all.emplace_back("required");
  if (!option.present_value.empty()) all.push_back("default: " + option.present_value);
  return all.empty() ? "" : " (" + joined(all, "; ") + ")";
}

std::string help_text(const CommandDefinition& program, const CommandDefinition& command) {
  std::string text = wrapped(command.description, 0, help_width) + "\n\n" + usage(program, command) + "\n";
  if (!command.commands.empty()) {
    text += "Commands (each answers --help):\n";
    for (const CommandDefinition& sub : command.commands) text += entry(sub.name, sub.description);
    text += "\n";
  }
  text += "Options:\n";
  for (const OptionDefinition& option : command.options) text += entry(signature(option), option.help + remarks(option));
  text += entry("-h, --help", "print this text");
  if (&program == &command) text += entry("--version", "print the version, the instruction set and the libraries");
  text += "\nExit codes:\n";
  for (const auto& [code, meaning] : program.exit_codes) text += exit_code_entry(code, meaning);
  return text + examples(program, command);
}

}  // namespace crbrt::cli
