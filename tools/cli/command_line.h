// SPDX-License-Identifier: Apache-2.0
/// Command lines that look the same in every program: --version, the exit codes under --help, and errors of our own kind.
/// Only command_line.cpp knows the library behind them (CLI11), whose header takes seconds to compile.
///
///     cli::CommandLine line("Compares two folders of maps.", "crbrt-compare", {{"What it does", "crbrt-compare ..."}, {...}});
///     line.option("--maps FOLDER", options.maps, "folder of maps").required();
///     line.option("--threads N", options.threads, "worker threads").in_range(1, 1024).show_default();
///     if (!line.parse(argc, argv)) return base::exit_ok;
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/definition.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace crbrt::cli {

/// What an option can be written to. A list takes every value behind the option, and the option may be repeated. To add a type,
/// add it here and to the instantiations in command_line.cpp.
template <class T>
concept OptionValue =
    std::same_as<T, std::string> || std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, std::uint64_t> ||
    std::same_as<T, double> || std::same_as<T, std::optional<double>> || std::same_as<T, std::vector<std::string>> ||
    std::same_as<T, std::vector<std::uint64_t>> || std::same_as<T, std::vector<double>>;

/// An option that was added, to say more about it.
class Option {
 public:
  Option(CLI::Option* option, OptionDefinition* definition) noexcept : option_(option), definition_(definition) {}

  Option& required();
  Option& show_default();                           ///< the variable's present value, in --help
  Option& positive();                               ///< refuses numbers that are not above 0
  Option& in_range(int lowest, int highest);        ///< refuses others
  Option& in_range(double lowest, double highest);  ///< refuses others
  Option& one_of(const std::vector<std::string>& texts);
  Option& separated_by(char separator);   ///< of a list: "1,2,3" are three values
  Option& one_value_each();               ///< of a list: one value behind the option, which may be repeated
  Option& needs(const Option& other);     ///< refused without `other`
  Option& excludes(const Option& other);  ///< refused beside `other`
  bool is_given() const;                  ///< after parsing

 private:
  CLI::Option* option_;
  OptionDefinition* definition_;
};

/// A program, or one of its subcommands. Cheap to copy: a name for what the CommandLine owns.
class Command {
 public:
  /// "--name VALUE" is an option, "name VALUE" an argument without one. What stands behind it is called FILE or FOLDER, which
  /// shells complete; a number by its unit or by what it counts: SECONDS, N. `value` keeps its value where the option is not
  /// given.
  template <OptionValue T>
  Option option(const std::string& name, T& value, const std::string& help = "");

  /// True where it is given.
  Option flag(const std::string& name, bool& value, const std::string& help);

  /// A program with subcommands expects exactly one of them.
  Command subcommand(const std::string& name, const std::string& help);
  Command& older_name(const std::string& name);  ///< that a subcommand goes on answering to
  bool is_chosen() const;                        ///< of a subcommand, after parsing

 protected:
  Command(CLI::App* app, CommandDefinition* definition) noexcept : app_(app), definition_(definition) {}
  CLI::App* app_;
  CommandDefinition* definition_;
};

class CommandLine : public Command {
 public:
  /// --help begins with `description` and ends with the exit codes and two examples.
  CommandLine(const std::string& description, const std::string& program, const std::array<Example, 2>& examples);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// What an exit code means of this program, in place of, or beside, those of all programs; it has none whose meaning is
  /// empty.
  void exit_code(int code, const std::string& meaning);

  /// False when --help or --version was printed and the program is done. Throws base::UsageError for a wrong command line.
  /// A program that is called with "--generate KIND" alone prints its man page (man) or its completion (bash, zsh, fish): that
  /// is how the build makes both.
  bool parse(int argc, char** argv);

  const CommandDefinition& definition() const { return *definition_; }

 private:
  CommandDefinition program_;
  const std::unique_ptr<CLI::App> owned_;
};

/// Throws base::UsageError where a value of a list is there twice: of data sets or of names that tell columns apart.
void expect_different(const std::string& option, const std::vector<std::string>& values);

/// The project's version, "1.2.3".
std::string version();

/// The answer to --version: program and version, the instruction set of this CPU, and what the build was made with.
std::string version_text(const std::string& program);

/// A word as a shell reads it back, in quotes where it needs them.
std::string shell_quoted(const std::string& word);

/// The command as typed, quoted where a shell needs it: for provenance and sidecars.
std::string command_text(int argc, char** argv);

}  // namespace crbrt::cli
