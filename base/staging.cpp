// SPDX-License-Identifier: Apache-2.0
// flock() on the folder itself: it ends with the process, whatever ended that, and leaves no file.
#include "base/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/parallel.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker = ".crbrt-";
constexpr std::size_t n_random = 6, longest_name = 200;  // with the rest at most 255, the limit of a name

std::string prefix_of(const std::string& name) { return std::string(".").append(name, 0, longest_name).append(marker); }

/// Removes files first, several at once: where a disk is told of each free piece (mount option discard), one file of many
/// pieces takes a second, most of which is waiting.
void remove_tree(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, ignored))
    if (!fs::is_directory(entry.symlink_status(ignored))) files.push_back(entry.path());
  constexpr std::size_t most = 16;
  for_each_index(
      files.size(), static_cast<unsigned>(std::min(most, files.size())),
      [&](unsigned, std::size_t i) { ::unlink(files[i].c_str()); }, 1);
  fs::remove_all(folder, ignored);
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
  const HeldLock held = hold(folder, O_RDONLY | O_DIRECTORY, LOCK_EX);
  fd_ = held.fd;
  if (held.is_held) outcome_ = Outcome::locked;
  if (held.is_taken) outcome_ = Outcome::taken;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

Staging::Staging(const fs::path& parent, const std::string& name, const fs::path& shown) {
  const Uninterrupted guard;
  do {  // another run may take the new folder for a leftover before it is locked
    std::string made = (parent / (prefix_of(name) + "XXXXXX")).string();
    if (::mkdtemp(made.data()) == nullptr) throw OutputError(shown.string(), std::strerror(errno));
    path_ = made;
    lock_.emplace(path_);
  } while (lock_->outcome() != FolderLock::Outcome::locked && !fs::exists(path_));
  on_interruption_.emplace([path = path_] {
    for (int i = 0; i < 10 && fs::exists(path); ++i) remove_tree(path);  // another thread may just put something into it
  });
}

Staging::~Staging() { remove_tree(path_); }

bool is_staging_name(const std::string& name) {
  const std::size_t at = name.rfind(marker);
  return name.starts_with(".") && at != std::string::npos && at > 0 && at + std::strlen(marker) + n_random == name.size();
}

void remove_leftovers(const fs::path& parent, const std::string& name, const std::function<void(const fs::path&)>& rescue) {
  const std::string prefix = prefix_of(name);
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent.empty() ? "." : parent, unreadable)) {
    const std::string found = entry.path().filename().string();
    if (found.size() != prefix.size() + n_random || !found.starts_with(prefix)) continue;
    const FolderLock lock(entry.path());
    if (lock.outcome() != FolderLock::Outcome::locked) continue;
    if (rescue) rescue(entry.path());
    remove_tree(entry.path());
  }
}

}  // namespace crbrt::base
