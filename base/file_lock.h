// SPDX-License-Identifier: Apache-2.0
/// Locks that end with the process that holds them, whatever ended it, and on whatever machine of a shared file system it ran.
/// A process id in a file tells neither: it is the same in every container, and is given again.
#pragma once

#include <filesystem>

namespace crbrt::base {

/// What came of an attempt: an open file that keeps the lock while it is open, or none.
struct HeldLock {
  int fd = -1;            ///< to be closed; -1 where the path cannot be opened
  bool is_held = false;   ///< fd has the lock
  bool is_taken = false;  ///< another one has it
};

/// Opens `path` with `open_flags` (of open(2)), locks it with `operation` (of flock(2)) without waiting, and makes sure that
/// the path still leads there: its owner may have removed it meanwhile.
HeldLock hold(const std::filesystem::path& path, int open_flags, int operation);

/// A file that nobody else may hold at the same time, or that several share; made where it is absent. Folders can be locked,
/// too (FolderLock of base/staging.h), but not on network file systems.
class FileLock {
 public:
  enum class Kind { exclusive, shared };
  enum class Outcome { locked, taken, impossible };  ///< impossible: it cannot be made, or a file system without locks

  explicit FileLock(const std::filesystem::path& file, Kind kind = Kind::exclusive);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  Outcome outcome() const noexcept;

 private:
  HeldLock held_;
};

}  // namespace crbrt::base
