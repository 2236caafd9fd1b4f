// SPDX-License-Identifier: Apache-2.0
/// Hidden folders for outputs that are not complete. A folder is locked as long as its owner lives, so that a run that was
/// killed is told from one that goes on: by the lock, not by a process id, which is the same in every container.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/interruption.h"

namespace crbrt::base {

/// An open folder that nobody else may hold at the same time.
class FolderLock {
 public:
  enum class Outcome { locked, taken, impossible };  ///< impossible: absent, or a file system without locks

  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  Outcome outcome() const noexcept { return outcome_; }

 private:
  int fd_ = -1;
  Outcome outcome_ = Outcome::impossible;
};

/// `.NAME.crbrt-XXXXXX` in `parent`, removed with everything in it when its owner goes or is interrupted.
class Staging {
 public:
  /// Throws OutputError naming `shown`.
  Staging(const std::filesystem::path& parent, const std::string& name, const std::filesystem::path& shown);
  ~Staging();

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<FolderLock> lock_;
  std::optional<OnInterruption> on_interruption_;
};

/// Whether an entry of a folder is, by its name, such a folder of any output.
bool is_staging_name(const std::string& name);

/// Removes the folders that dead processes left in `parent` for `name`, after `rescue` had a look at each.
void remove_leftovers(const std::filesystem::path& parent, const std::string& name,
                      const std::function<void(const std::filesystem::path&)>& rescue = {});

}  // namespace crbrt::base
