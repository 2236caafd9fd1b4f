// SPDX-License-Identifier: Apache-2.0
/// Runs one of our programs and keeps what it said.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace crbrt::tests {

struct Outcome {
  int exit_code = -1;
  std::string text;  ///< stdout and stderr
};

/// `command` goes to the shell with the programs' folder first in PATH: run("crbrt-simulate --help").
inline Outcome run(const std::string& command) {
  const std::string line = std::string("export PATH='" CRBRT_BIN_DIR "':\"$PATH\"; { ") + command + "\n} 2>&1";
  Outcome outcome;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) outcome.text.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

}  // namespace crbrt::tests
