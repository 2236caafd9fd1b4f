// SPDX-License-Identifier: Apache-2.0
/// A file about a set of files, such as the numbers or the page of a run. It is complete, on the disk and not yet under its
/// name when the set is put in place: where it cannot be written, the set does not come either, and what was there before
/// stays.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/atomic_output.h"
#include "base/files_of_run.h"

namespace crbrt::base {

///     CompanionFile stats("stats.json");   // before the work
///     stats.stage(text, set);              // the set is complete, too
///     set.commit();
///     stats.commit();
class CompanionFile {
 public:
  /// Makes the folder of the file where it is absent, and takes it back where nothing came of it. No other output of the run
  /// may have this name from now on. Throws OutputError where the file could not be made. An empty path is no file.
  explicit CompanionFile(std::filesystem::path target);

  bool is_asked_for() const noexcept { return !target_.empty(); }
  const std::filesystem::path& target() const noexcept { return target_; }

  /// Writes it, as a part of `set` where it lies in that folder. Throws OutputError: the disk may be full here.
  void stage(std::string_view text, AtomicFolder* set = nullptr);
  /// After the set.
  void commit();

 private:
  std::filesystem::path target_;
  std::optional<MadeFolder> made_;
  std::optional<FilesOfSet> claim_;
  std::optional<AtomicFile> file_;
};

}  // namespace crbrt::base
