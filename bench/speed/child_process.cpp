// SPDX-License-Identifier: Apache-2.0
// Pipes and posix_spawn.
#include "bench/speed/engines.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace crbrt::bench {
namespace {

/// Closed in children, so that each of them sees the end of its own input.
struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error(base::exit_internal, std::string("pipe: ") + std::strerror(errno));
  }
  int ends[2] = {-1, -1};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Ours, without what `settings` replaces.
std::vector<std::string> environment_with(const std::vector<std::string>& settings) {
  std::vector<std::string> all = settings;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry, name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& setting : settings) replaced = replaced || setting.starts_with(name);
    if (!replaced) all.push_back(text);
  }
  return all;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::vector<std::string>& settings)
    : name_(command.front()) {
  const Pipe in, out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  std::vector<std::string> arguments = command, environment = environment_with(settings);
  const int error =
      posix_spawnp(&pid_, name_.c_str(), &actions, nullptr, pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(in.ends[0]);
  close(out.ends[1]);
  to_ = in.ends[1];
  from_ = out.ends[0];
  if (error == 0) return;
  close(to_);
  close(from_);
  throw base::Error(base::exit_internal, name_ + ": cannot be started: " + std::strerror(error));
}

ChildProcess::~ChildProcess() { end(); }

void ChildProcess::end() {
  if (pid_ < 0) return;
  close(to_);
  close(from_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::string ChildProcess::read_line() {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    char part[4096];
    const ssize_t n = read(from_, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw base::Error(base::exit_internal, name_ + ": expected an answer, but it has ended");
    buffer_.append(part, static_cast<std::size_t>(n));
  }
}

std::string ChildProcess::ask(const std::string& line) {
  const std::string text = line + "\n";
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(to_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw base::Error(base::exit_internal, name_ + ": expected to be asked, but it has ended");
    done += static_cast<std::size_t>(n);
  }
  return read_line();
}

}  // namespace crbrt::bench
