// The only file that includes CLI11. Its exceptions become ours here, so that run_main alone decides about exit codes.
#include "tools/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/error.h"

namespace crbrt::cli {
namespace {

std::string shell_quoted(const std::string& word) {
  const char* const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Option& Option::required() { return option_->required(), *this; }
Option& Option::show_default() { return option_->capture_default_str(), *this; }
Option& Option::positive() { return option_->check(CLI::PositiveNumber), *this; }
Option& Option::in_range(int lowest, int highest) { return option_->check(CLI::Range(lowest, highest)), *this; }
Option& Option::in_range(double lowest, double highest) { return option_->check(CLI::Range(lowest, highest)), *this; }
Option& Option::one_of(const std::vector<std::string>& texts) { return option_->check(CLI::IsMember(texts)), *this; }
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
  return Option(app_->add_option(name, value, help));
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
  return Option(app_->add_flag(name, value, help));
}

Command Command::subcommand(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  return Command(app_->add_subcommand(name, help));
}

Command& Command::older_name(const std::string& name) { return app_->alias(name), *this; }

bool Command::is_chosen() const { return app_->parsed(); }

CommandLine::CommandLine(const std::string& description, const std::string& program)
    : Command(new CLI::App(description, program)), owned_(app_) {
  app_->set_version_flag("--version", program + " " + version());
  app_->footer(base::exit_code_help());
}

CommandLine::~CommandLine() = default;

bool CommandLine::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::printf("%s", app_->help().c_str());
  } catch (const CLI::CallForVersion&) {
    std::printf("%s\n", app_->version().c_str());
  } catch (const CLI::ParseError& error) {
    throw base::UsageError(std::string(error.what()) + " (--help lists the options)");
  }
  return false;
}

std::string version() { return CRBRT_CLI_VERSION; }

std::string command_text(int argc, char** argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += (i == 0 ? "" : " ") + shell_quoted(argv[i]);
  return text;
}

}  // namespace crbrt::cli
