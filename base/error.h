// SPDX-License-Identifier: Apache-2.0
/// The errors and exit codes that every program of the project shares. Libraries throw, only main() catches (run_main).
#pragma once

#include <stdexcept>
#include <string>

namespace crbrt::base {

/// --help of each program says which of them it has (tools/cli/definition.h).
enum ExitCode : int {
  exit_ok = 0,            ///< done; flagged voxels included
  exit_internal = 1,      ///< a defect of ours
  exit_usage = 2,         ///< the command line is wrong
  exit_input = 3,         ///< an input file is missing, cut off, or holds something else than expected
  exit_disagreement = 4,  ///< model and data disagree (rank, basis, sequence)
  exit_output = 5,        ///< an output cannot be written
  exit_interrupted = 8,   ///< not all is done, and another start goes on (crbrt-train, crbrt-bids, crbrt-make)
  exit_not_fit = 9,       ///< measured or made as asked, but not fit for use (crbrt-eval, crbrt-compare, crbrt-make)
  exit_diverged = 10,     ///< a training found nothing that is worth keeping (crbrt-train)
};

/// An error with the exit code it ends the program with.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& what) : std::runtime_error(what), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// "FILE: expected EXPECTED, found FOUND"
class InputError : public Error {
 public:
  InputError(const std::string& file, const std::string& expected, const std::string& found)
      : Error(exit_input, file + ": expected " + expected + ", found " + found) {}
};

class UsageError : public Error {
 public:
  explicit UsageError(const std::string& what) : Error(exit_usage, what) {}
};

class DisagreementError : public Error {
 public:
  DisagreementError(const std::string& file, const std::string& expected, const std::string& found)
      : Error(exit_disagreement, file + ": expected " + expected + ", found " + found) {}
};

class OutputError : public Error {
 public:
  OutputError(const std::string& file, const std::string& why) : Error(exit_output, file + ": cannot be written: " + why) {}
};

/// Runs `body`, prints "PROGRAM: message" to stderr for every exception, and returns the exit code.
int run_main(const char* program, int (*body)(int argc, char** argv), int argc, char** argv);

}  // namespace crbrt::base
