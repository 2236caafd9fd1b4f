// SPDX-License-Identifier: Apache-2.0
// Strings in double quotes, with everything that could end or fill them otherwise as octal escapes. Script and complaints are
// files without names: gnuplot reads the one as its standard input and writes the other as its standard error.
#include "base/gnuplot.h"

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/escaped.h"

extern char** environ;

namespace crbrt::base {
namespace {

std::string octal(char c) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text.data();
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File nameless_file() {
  File file(std::tmpfile(), &std::fclose);
  if (!file) throw OutputError("a picture", "no temporary file can be made");
  return file;
}

std::string first_lines(std::FILE* file) {
  std::rewind(file);
  std::array<char, 400> text{};
  const std::size_t n = std::fread(text.data(), 1, text.size(), file);
  return {text.data(), n};
}

}  // namespace

std::string gnuplot_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    result += is_control || c == '"' || c == '\\' || c == '`' || c == '@' ? octal(c) : std::string(1, c);
  }
  return result + "\"";
}

std::string gnuplot_markup(std::string_view text) {
  std::string drawn;
  for (const char c : for_terminal(text))
    drawn += std::string_view("^_@&~{}\\").find(c) == std::string_view::npos ? std::string(1, c) : octal(c);
  return drawn;
}

std::string gnuplot_text(std::string_view text) { return gnuplot_string(for_terminal(text)); }

std::string gnuplot_file(const std::string& path) { return gnuplot_string(path.starts_with('/') ? path : "./" + path); }

void run_gnuplot(const std::string& script) {
  const File commands = nameless_file(), complaints = nameless_file();
  const bool written = std::fwrite(script.data(), 1, script.size(), commands.get()) == script.size();
  if (!written || std::fflush(commands.get()) != 0) throw OutputError("a picture", "no temporary file can be written");
  std::rewind(commands.get());
  std::array<char, 8> program{"gnuplot"}, plain{"-d"};  // -d: no settings of the user
  char* arguments[] = {program.data(), plain.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(commands.get()), 0);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(complaints.get()), 2);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, program.data(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw Error(exit_output, "gnuplot is not installed (Debian package gnuplot-nox)");
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(exit_output, "gnuplot failed: " + first_lines(complaints.get()));
}

}  // namespace crbrt::base
