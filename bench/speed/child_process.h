/// A program that answers lines: written to its standard input, read from its standard output.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace crbrt::bench {

class ChildProcess {
 public:
  /// Starts command[0] (searched in PATH) with our environment and `settings` ("NAME=VALUE") in it. Its standard error is ours.
  ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& settings);
  ~ChildProcess();  ///< ends its input and waits for it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line it prints. Throws base::Error when it ends instead.
  std::string read_line();
  std::string ask(const std::string& line);  ///< writes a line, returns the answer

  void end();  ///< what the destructor does; may be called once before

 private:
  std::string name_;
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string buffer_;
};

}  // namespace crbrt::bench
