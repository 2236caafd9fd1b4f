// CLI11's exceptions become ours here, so that run_main alone decides about exit codes.
#include "tools/cli/command_line.h"

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

std::string version() { return CRBRT_CLI_VERSION; }

void add_common_options(CLI::App& app) {
  app.set_version_flag("--version", app.get_name() + " " + version());
  app.footer(base::exit_code_help());
}

bool parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::printf("%s", app.help().c_str());
  } catch (const CLI::CallForVersion&) {
    std::printf("%s\n", app.version().c_str());
  } catch (const CLI::ParseError& error) {
    throw base::UsageError(std::string(error.what()) + " (--help lists the options)");
  }
  return false;
}

std::string command_text(int argc, char** argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += (i == 0 ? "" : " ") + shell_quoted(argv[i]);
  return text;
}

}  // namespace crbrt::cli
