// posix_spawn: nothing of this program runs between fork and exec.
#include "tools/cli/child_program.h"

#include <fcntl.h>
#include <spawn.h>
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

ChildProgram::ChildProgram(const std::vector<std::string>& command, const fs::path& log, const fs::path& folder) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  const int error = ::posix_spawnp(&process_, argv.front(), &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw base::OutputError(log.string(), argv.front() + std::string(": ") + std::strerror(error));
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
