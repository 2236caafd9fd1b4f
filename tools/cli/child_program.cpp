// SPDX-License-Identifier: Apache-2.0
// A program ends when the thread that started it does, which posix_spawn cannot ask for.
#include "tools/cli/child_program.h"

#include <fcntl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include "base/error.h"
#include "base/read_file.h"
#include "tools/cli/command_line.h"

namespace crbrt::cli {

namespace fs = std::filesystem;

std::string program_beside(const std::string& name) {
  std::error_code unreadable;
  const fs::path beside = fs::read_symlink("/proc/self/exe", unreadable).parent_path() / name;
  return fs::exists(beside, unreadable) ? beside.string() : name;
}

std::string in_words(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + shell_quoted(word);
  return text;
}

namespace {

/// What a child does between fork and exec: calls that are safe there, on memory that was made before. Returns errno.
int become(char* const* argv, const char* log, const char* folder, pid_t parent) {
#ifdef __linux__
  // Without it a program works on when we are killed, with nobody to look after it, and holds the locks that the next run
  // needs.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
#endif
  if (::getppid() != parent) return ECHILD;  // it has died in the meantime
  const int in = ::open("/dev/null", O_RDONLY), out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (in < 0 || out < 0 || ::dup2(in, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0)
    return errno;
  ::close(in);
  ::close(out);
  if (folder != nullptr && ::chdir(folder) != 0) return errno;
  ::execvp(argv[0], argv);
  return errno;
}

}  // namespace

ChildProgram::ChildProgram(const std::vector<std::string>& command, const fs::path& log, const fs::path& folder) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto fail = [&](int error) {
    throw base::OutputError(log.string(), argv.front() + std::string(": ") + std::strerror(error));
  };
  int ends[2];  // closed by exec, so that nothing in it means that the program runs
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    const int error = become(argv.data(), log.c_str(), folder.empty() ? nullptr : folder.c_str(), parent);
    [[maybe_unused]] const ssize_t told = ::write(ends[1], &error, sizeof error);
    ::_exit(127);
  }
  const int fork_error = process_ < 0 ? errno : 0;
  ::close(ends[1]);
  int error = 0;
  ssize_t n = 0;
  do n = ::read(ends[0], &error, sizeof error);
  while (n < 0 && errno == EINTR);
  ::close(ends[0]);
  if (fork_error != 0) fail(fork_error);
  if (n == 0) return;
  ::waitpid(process_, nullptr, 0);
  fail(error);
}

void ChildProgram::tell(int signal) {
  const std::lock_guard lock(mutex_);
  if (!is_reaped_) ::kill(process_, signal);
}

bool ChildProgram::has_ended() const {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT | WNOHANG) == 0 && ended.si_pid != 0;
}

void ChildProgram::wait_for_end() const {
  siginfo_t ended{};  // leaves a zombie, whose number belongs to nobody else yet
  while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
}

int ChildProgram::exit_code() {
  wait_for_end();
  const std::lock_guard lock(mutex_);
  int status = 0;
  ::waitpid(process_, &status, 0);
  is_reaped_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string reason_in(const fs::path& log, const std::string& program, const std::string& ours) {
  std::istringstream lines(base::read_file_of_ours(log.string(), "the lines of " + program));
  std::string error, last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(program + ": ") && !line.starts_with(program + ": warning: ")) error = line;
    if (!line.empty() && !line.starts_with(ours)) last = line;
  }
  return error.empty() ? last : error;
}

}  // namespace crbrt::cli
