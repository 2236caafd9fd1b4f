// SPDX-License-Identifier: Apache-2.0
// Each step is one call of the file system, so that whatever is found after a kill says how far the run was.
#include "base/set_replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(fs::symlink_status(path, unreadable));
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable))
    names.insert(entry.path().filename().string());
  return names;
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw std::system_error(errno, std::generic_category(), to.filename().string());
}

void move_all(const fs::path& from, const fs::path& to) {
  for (const std::string& name : names_in(from)) rename_or_throw(from / name, to / name);
}

/// Rights beyond the mode would be lost with the folder.
bool has_access_list(const fs::path& folder) {
  std::array<char, 4096> names{};
  const ssize_t n = ::listxattr(folder.c_str(), names.data(), names.size());
  return n > 0 && std::string_view(names.data(), static_cast<std::size_t>(n)).find("posix_acl") != std::string_view::npos;
}

/// Gives every entry of `folder` but those of `except` a second name in `to`. False where one cannot have two names.
bool link_others(const fs::path& folder, const fs::path& to, const std::set<std::string>& except,
                 std::set<std::string>& linked) {
  for (const std::string& name : names_in(folder)) {
    if (except.contains(name)) continue;
    if (::linkat(AT_FDCWD, (folder / name).c_str(), AT_FDCWD, (to / name).c_str(), 0) != 0) return false;
    linked.insert(name);
  }
  return true;
}

bool take_rights_of(const fs::path& folder, const fs::path& new_folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || has_access_list(folder)) return false;
  struct stat ours {};
  if (::stat(new_folder.c_str(), &ours) != 0) return false;
  const bool same_owner = ours.st_uid == status.st_uid && ours.st_gid == status.st_gid;
  if (!same_owner && ::chown(new_folder.c_str(), status.st_uid, status.st_gid) != 0) return false;
  return ::chmod(new_folder.c_str(), status.st_mode & 07777) == 0;
}

}  // namespace

void synchronise(const fs::path& path, const fs::path& shown) {
  const int fd = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw OutputError(shown.string(), std::strerror(errno));
  // EINVAL and EROFS: a file system without fsync, which is no failure of ours.
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0 && error != EINVAL && error != EROFS) throw OutputError(shown.string(), std::strerror(error));
}

SetReplacement::SetReplacement(fs::path folder, fs::path work)
    : folder_(std::move(folder)), new_(new_files(work)), leaving_(work / "leaving"), left_(work / "left") {}

void SetReplacement::run(const std::set<std::string>& names, const std::set<std::string>& stale, bool may_exchange,
                         const fs::path& shown) {
  try {
    if (may_exchange && exchange(names, stale)) return;
    move(names, stale);
  } catch (const std::system_error& error) {
    throw OutputError(shown.string(), error.what());
  }
}

bool SetReplacement::exchange(const std::set<std::string>& names, const std::set<std::string>& stale) {
  std::set<std::string> known = names, linked;
  known.insert(stale.begin(), stale.end());
  bool done = take_rights_of(folder_, new_) && link_others(folder_, new_, known, linked);
  if (done) {
    synchronise(new_, folder_);
    // An empty folder can be replaced by any file system; two folders can be exchanged by most.
    done = ::rename(new_.c_str(), folder_.c_str()) == 0 ||
           ::renameat2(AT_FDCWD, new_.c_str(), AT_FDCWD, folder_.c_str(), RENAME_EXCHANGE) == 0;
  }
  if (!done) {
    for (const std::string& name : linked) ::unlink((new_ / name).c_str());
    return false;
  }
  known.insert(linked.begin(), linked.end());
  keep_newcomers(known);
  synchronise(folder_.parent_path(), folder_);
  return true;
}

/// Files that somebody put into the folder between the look at it and the exchange.
void SetReplacement::keep_newcomers(const std::set<std::string>& known) {
  for (const std::string& name : names_in(new_)) {
    if (!known.contains(name))
      ::renameat2(AT_FDCWD, (new_ / name).c_str(), AT_FDCWD, (folder_ / name).c_str(), RENAME_NOREPLACE);
  }
}

void SetReplacement::move(const std::set<std::string>& names, const std::set<std::string>& stale) {
  fs::create_directory(leaving_);
  try {
    for (const auto* old : {&names, &stale})
      for (const std::string& name : *old)
        if (is_there(folder_ / name)) rename_or_throw(folder_ / name, leaving_ / name);
    rename_or_throw(leaving_, left_);
  } catch (...) {
    move_all(leaving_, folder_);
    throw;
  }
  std::vector<std::string> in;
  try {
    for (const std::string& name : names) {
      rename_or_throw(new_ / name, folder_ / name);
      in.push_back(name);
    }
    synchronise(folder_, folder_);
  } catch (...) {
    for (const std::string& name : in) rename_or_throw(folder_ / name, new_ / name);
    move_all(left_, folder_);
    throw;
  }
}

void SetReplacement::recover() {
  std::error_code unreadable;
  if (fs::exists(leaving_, unreadable)) move_all(leaving_, folder_);
  if (fs::exists(left_, unreadable)) move_all(new_, folder_);
}

}  // namespace crbrt::base
