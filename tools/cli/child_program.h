// SPDX-License-Identifier: Apache-2.0
/// Another of our programs, in a process of its own: whatever happens there, this one goes on. Its lines go to a log.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace crbrt::cli {

/// "crbrt-map" in the folder of this program; its name alone, for PATH, where there is none.
std::string program_beside(const std::string& name);

/// A command as one types it.
std::string in_words(const std::vector<std::string>& command);

/// A command that has begun. It must be waited for before the object goes, by the thread that started it: when that ends, by a
/// kill of this process say, so does the command (SIGKILL; Linux).
class ChildProgram {
 public:
  /// `command` begins with the program. It runs in `folder` (empty: the current one); its lines are appended to `log`, which is
  /// given from where this program runs. Throws base::OutputError where it cannot be started.
  ChildProgram(const std::vector<std::string>& command, const std::filesystem::path& log,
               const std::filesystem::path& folder = {});
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  /// Sends a signal, from any thread; nothing where it has ended.
  void tell(int signal);
  bool has_ended() const;
  /// Returns when it has ended, whoever asks and however often.
  void wait_for_end() const;
  /// The exit code, 128 + n where signal n ended it. To be asked once.
  int exit_code();

 private:
  std::mutex mutex_;
  pid_t process_ = 0;
  bool is_reaped_ = false;
};

/// What a program said of its failure, out of its log: its last error, which need not be the last line (in a file, what it
/// printed before may come behind it), or the last line that does not begin with `ours`.
std::string reason_in(const std::filesystem::path& log, const std::string& program, const std::string& ours);

}  // namespace crbrt::cli
