/// Command lines that look the same in every program: --version, the exit codes under --help, and errors of our own kind.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace crbrt::cli {

/// The project's version, "1.2.3".
std::string version();

/// Adds --version and the exit codes to the help text.
void add_common_options(CLI::App& app);

/// False when --help or --version was printed and the program is done. Throws base::UsageError for a wrong command line.
bool parse(CLI::App& app, int argc, char** argv);

/// The command as typed, quoted where a shell needs it: for provenance and sidecars.
std::string command_text(int argc, char** argv);

}  // namespace crbrt::cli
