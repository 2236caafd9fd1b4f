// SPDX-License-Identifier: Apache-2.0
// The only file that includes CLI11. Its exceptions become ours here, so that run_main alone decides about exit codes.
#include "tools/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <sstream>

#include "base/error.h"
#include "base/number_text.h"

namespace crbrt::cli {
namespace {

/// "--integer,--fixed NAME=FILE" as names and what stands behind them.
OptionDefinition defined(const std::string& name, const std::string& help) {
  OptionDefinition definition;
  const std::size_t end = name.find(' ');
  std::istringstream names(name.substr(0, end));
  for (std::string one; std::getline(names, one, ',');) definition.names.push_back(one);
  if (end != std::string::npos) definition.value = name.substr(end + 1);
  definition.help = help;
  return definition;
}

}  // namespace

Option& Option::required() {
  option_->required();
  definition_->is_required = true;
  return *this;
}
Option& Option::show_default() {
  option_->capture_default_str();
  definition_->present_value = option_->get_default_str();
  return *this;
}
Option& Option::positive() {
  // CLI11's own check names the range by its ends, one of which is the smallest double.
  option_->check([](const std::string& text) {
    double value = 0;
    const bool is_positive = CLI::detail::lexical_cast(text, value) && value > 0;
    return is_positive ? std::string() : "expected a number greater than 0, found " + text;
  });
  definition_->range = "above 0";
  return *this;
}
Option& Option::in_range(int lowest, int highest) {
  option_->check(CLI::Range(lowest, highest));
  definition_->range = std::to_string(lowest) + " to " + std::to_string(highest);
  return *this;
}
Option& Option::in_range(double lowest, double highest) {
  option_->check(CLI::Range(lowest, highest));
  definition_->range = base::number_text(lowest, "%g") + " to " + base::number_text(highest, "%g");
  return *this;
}
Option& Option::one_of(const std::vector<std::string>& texts) {
  option_->check(CLI::IsMember(texts));
  definition_->choices = texts;
  return *this;
}
Option& Option::separated_by(char separator) { return option_->delimiter(separator), *this; }
Option& Option::one_value_each() {
  option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}
Option& Option::needs(const Option& other) { return option_->needs(other.option_), *this; }
Option& Option::excludes(const Option& other) { return option_->excludes(other.option_), *this; }
bool Option::is_given() const { return option_->count() > 0; }

template <OptionValue T>
Option Command::option(const std::string& name, T& value, const std::string& help) {
  OptionDefinition& definition = definition_->options.emplace_back(defined(name, help));
  if (definition.value.empty()) definition.value = std::same_as<T, std::string> ? "TEXT" : "N";
  definition.is_list = std::same_as<T, std::vector<std::string>> || std::same_as<T, std::vector<std::uint64_t>> ||
                       std::same_as<T, std::vector<double>>;
  return {app_->add_option(name.substr(0, name.find(' ')), value, help)->type_name(definition.value), &definition};
}

template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, int&, const std::string&);
template Option Command::option(const std::string&, unsigned&, const std::string&);
template Option Command::option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::option(const std::string&, double&, const std::string&);
template Option Command::option(const std::string&, std::optional<double>&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::uint64_t>&, const std::string&);
template Option Command::option(const std::string&, std::vector<double>&, const std::string&);

Option Command::flag(const std::string& name, bool& value, const std::string& help) {
  OptionDefinition& definition = definition_->options.emplace_back(defined(name, help));
  return {app_->add_flag(name, value, help), &definition};
}

Command Command::subcommand(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  CommandDefinition& definition = definition_->commands.emplace_back();
  definition.name = name;
  definition.description = help;
  return {app_->add_subcommand(name, help), &definition};
}

Command& Command::older_name(const std::string& name) {
  app_->alias(name);
  definition_->older_names.push_back(name);
  return *this;
}

bool Command::is_chosen() const { return app_->parsed(); }

CommandLine::CommandLine(const std::string& description, const std::string& program, const std::array<Example, 2>& examples)
    : Command(new CLI::App(description, program), &program_), owned_(app_) {
  program_.name = program;
  program_.description = description;
  program_.examples.assign(examples.begin(), examples.end());
  program_.exit_codes = common_exit_codes();
  app_->set_version_flag("--version", program + " " + version());
}

CommandLine::~CommandLine() = default;

void CommandLine::exit_code(int code, const std::string& meaning) {
  program_.exit_codes[code] = meaning;
  if (meaning.empty()) program_.exit_codes.erase(code);
}

bool CommandLine::parse(int argc, char** argv) {
  if (argc == 3 && argv[1] == std::string("--generate")) {
    const std::string kind = argv[2];
    std::fputs((kind == "man" ? man_page(program_) : completion(program_, kind)).c_str(), stdout);
    return false;
  }
  try {
    app_->parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    const CommandDefinition* command = &program_;
    for (const CommandDefinition& sub : program_.commands)
      if (app_->get_subcommand(sub.name)->parsed()) command = &sub;
    std::fputs(help_text(program_, *command).c_str(), stdout);
  } catch (const CLI::CallForVersion&) {
    std::fputs(version_text(program_.name).c_str(), stdout);
  } catch (const CLI::ParseError& error) {
    throw base::UsageError(std::string(error.what()) + " (--help lists the options)");
  }
  return false;
}

void expect_different(const std::string& option, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
        values.begin() + static_cast<std::ptrdiff_t>(i))
      throw base::UsageError(option + ": expected every value once, found " + values[i] + " twice");
}

std::string version() { return CRBRT_CLI_VERSION; }

std::string shell_quoted(const std::string& word) {
  const char* const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_text(int argc, char** argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += (i == 0 ? "" : " ") + shell_quoted(argv[i]);
  return text;
}

}  // namespace crbrt::cli
