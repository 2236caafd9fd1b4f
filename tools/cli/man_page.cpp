// SPDX-License-Identifier: Apache-2.0
// Pages in the macros of man(7). Every text is escaped: a backslash, a leading dot or quote means something to troff.
#include <cstdint>
#include <sstream>

#include "tools/cli/command_line.h"
#include "tools/cli/definition.h"

namespace crbrt::cli {
namespace {

/// The code point that begins at text[i], and i moves to its last byte. Texts of ours are UTF-8.
std::uint32_t code_point(const std::string& text, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text.at(k))); };
  const std::uint32_t first = byte(i);
  if (first < 0x80) return first;
  const std::size_t n_more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t code = first & (0x3Fu >> n_more);
  for (std::size_t k = 0; k < n_more; ++k) code = code << 6 | (byte(++i) & 0x3F);
  return code;
}

std::string escaped(const std::string& text) {
  std::ostringstream out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t code = code_point(text, i);
    if (code == '\\')
      out << "\\e";
    else if (code == '-')
      out << "\\-";
    else if (code == '\'')
      out << "\\(aq";
    else if (code == '"')
      out << "\\(dq";
    else if (code < 0x80)
      out << static_cast<char>(code);
    else
      out << "\\[u" << std::hex << std::uppercase << (code < 0x1000 ? "0" : "") << (code < 0x100 ? "0" : "") << code << "]"
          << std::dec;
  }
  std::string result = out.str();
  return result.starts_with('.') ? "\\&" + result : result;
}

/// Text in lines of ordinary length, none of which begins a request.
std::string paragraph(const std::string& text) {
  std::istringstream lines(wrapped(text, 0, help_width));
  std::string result;
  for (std::string line; std::getline(lines, line);) result += escaped(line) + "\n";
  return result;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string options(const CommandDefinition& command) {
  std::string text;
  for (const OptionDefinition& option : command.options) {
    text += ".TP\n";
    if (option.is_argument()) {
      text += italic(option.value) + "\n";
    } else {
      std::string names;
      for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
      text += names + (option.value.empty() ? "" : " " + italic(option.value)) + "\n";
    }
    text += paragraph(option.help + remarks(option));
  }
  return text;
}

std::string synopsis(const CommandDefinition& program, const CommandDefinition& command) {
  std::string text = bold(program.name) + (&program == &command ? "" : " " + bold(command.name));
  for (const OptionDefinition& option : command.options) {
    if (!option.is_required) continue;
    text += option.is_argument() ? " " + italic(option.value) : " " + bold(option.names.front()) + " " + italic(option.value);
  }
  return text + " [" + italic("OPTION") + "...]\n";
}

std::string exit_status(const CommandDefinition& program) {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : program.exit_codes)
    text += ".TP\n" + bold(exit_code_text(code)) + "\n" + paragraph(meaning);
  return text;
}

}  // namespace

std::string man_page(const CommandDefinition& program) {
  std::string upper;
  for (const char c : program.name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const std::string first = program.description.substr(0, program.description.find_first_of(".:\n"));
  std::string text = ".TH " + escaped(upper) + " 1 \"\" \"crbrt " + version() + "\" \"crbrt\"\n.SH NAME\n" +
                     escaped(program.name) + " \\- " + paragraph(first) + ".SH SYNOPSIS\n";
  if (program.commands.empty()) text += synopsis(program, program);
  for (const CommandDefinition& sub : program.commands)
    text += (&sub == &program.commands.front() ? "" : ".br\n") + synopsis(program, sub);
  text += ".SH DESCRIPTION\n" + paragraph(program.description);
  if (!program.options.empty()) text += ".SH OPTIONS\n" + options(program);
  for (const CommandDefinition& sub : program.commands)
    text += ".SH \"" + escaped(sub.name) + "\"\n" + paragraph(sub.description) + options(sub);
  text += exit_status(program) + ".SH EXAMPLES\n";
  for (const Example& example : program.examples)
    text += (&example == &program.examples.front() ? "" : ".PP\n") + paragraph(example.meaning + ":") + ".PP\n.RS 4\n" +
            escaped(example.command) + "\n.RE\n";
  return text;
}

}  // namespace crbrt::cli
