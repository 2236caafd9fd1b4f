// SPDX-License-Identifier: Apache-2.0
/// What a command line is, apart from the library that parses it. --help, man pages and the completions of shells are all
/// written from these definitions, so that none of them can miss an option.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace crbrt::cli {

struct OptionDefinition {
  std::vector<std::string> names;  ///< "--integer", "--fixed"; of an argument without a name: its only name, "model"
  std::string value;               ///< what stands behind it: "FILE", "FOLDER", "SECONDS", "N"; empty for a flag
  std::string help;
  std::string present_value;         ///< where it is shown; empty: none
  std::string range;                 ///< "1 to 1024", "above 0"; empty: any
  std::vector<std::string> choices;  ///< the only texts that are accepted; empty: any
  bool is_required = false;
  bool is_list = false;  ///< may be repeated

  bool is_argument() const { return !names.front().starts_with('-'); }
};

/// A command as somebody would type it, and what it does.
struct Example {
  std::string meaning;  ///< "Maps of a brain with four threads"
  std::string command;
};

/// A program, or one of its subcommands.
struct CommandDefinition {
  std::string name;
  std::string description;  ///< paragraphs; an empty line lies between two
  std::vector<std::string> older_names;
  std::deque<OptionDefinition> options;  ///< without --help and --version, which every program has
  std::deque<CommandDefinition> commands;
  std::vector<Example> examples;
  std::map<int, std::string> exit_codes;  ///< of a program, and what each means to whoever calls it
};

/// That of SIGINT, which stands for SIGTERM's as well: "130, 143".
inline constexpr int exit_signal = 130;
/// What every program ends with unless it says otherwise.
std::map<int, std::string> common_exit_codes();
/// "8", or "130, 143"
std::string exit_code_text(int code);

/// Columns of help_text() at most: it fits a terminal of 100 columns, with or without a margin.
inline constexpr std::size_t help_width = 96;

/// The answer to --help, lines of at most help_width columns. `command` is the program or a subcommand of it, which shows the
/// examples that begin with its name. It ends with the examples.
std::string help_text(const CommandDefinition& program, const CommandDefinition& command);

/// Words of `text` in lines of at most `width` columns, each behind `indent` spaces; the last line has no line end. A word that
/// is longer stands alone.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

/// "above 0 (default: 4)": what --help says of an option's values behind its help.
std::string remarks(const OptionDefinition& option);

/// The whole page of section 1, in the macros of man(7).
std::string man_page(const CommandDefinition& program);

/// Throws UsageError for a shell that is not bash, zsh or fish.
std::string completion(const CommandDefinition& program, const std::string& shell);

}  // namespace crbrt::cli
