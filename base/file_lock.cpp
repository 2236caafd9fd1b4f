// SPDX-License-Identifier: Apache-2.0
// flock(): Linux makes it a lock of bytes on NFS, which wants the file open for writing.
#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

bool is_at(int fd, const fs::path& path) {
  struct stat opened {
  }, named{};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

HeldLock hold(const fs::path& path, int open_flags, int operation) {
  constexpr int tries = 100;
  for (int i = 0; i < tries; ++i) {
    HeldLock held{.fd = ::open(path.c_str(), open_flags | O_NOFOLLOW | O_CLOEXEC, 0666)};
    if (held.fd < 0) return held;
    if (::flock(held.fd, operation | LOCK_NB) != 0) {
      held.is_taken = errno == EWOULDBLOCK;
      return held;
    }
    held.is_held = is_at(held.fd, path);
    if (held.is_held) return held;
    ::close(held.fd);
  }
  return {};
}

FileLock::FileLock(const fs::path& file, Kind kind)
    : held_(hold(file, O_RDWR | O_CREAT, kind == Kind::shared ? LOCK_SH : LOCK_EX)) {}

FileLock::~FileLock() {
  if (held_.fd >= 0) ::close(held_.fd);
}

FileLock::Outcome FileLock::outcome() const noexcept {
  if (held_.is_held) return Outcome::locked;
  return held_.is_taken ? Outcome::taken : Outcome::impossible;
}

}  // namespace crbrt::base
