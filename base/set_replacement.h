// SPDX-License-Identifier: Apache-2.0
/// Puts a set of files in place of an earlier one as a whole, and puts right what a run that was killed in the middle left.
///
/// Where the file system and the folder allow it, two folders are exchanged in one call: at no moment are old files beside new
/// ones, and none is missing. Where they do not (a mount point, a folder with folders in it, the current folder, no second name
/// for a file), the old files are moved out before the first new one is moved in: never old beside new, but for a moment fewer.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace crbrt::base {

class SetReplacement {
 public:
  /// `work` is a hidden folder of this run on the same file system: new_files() of it holds the new set, complete and flushed.
  SetReplacement(std::filesystem::path folder, std::filesystem::path work);

  static std::filesystem::path new_files(const std::filesystem::path& work) { return work / "new"; }

  /// `names` come in, `stale` go, everything else in the folder stays. Throws OutputError naming `shown`; the folder is then as
  /// it was. May exchange only where `work` lies beside the folder.
  void run(const std::set<std::string>& names, const std::set<std::string>& stale, bool may_exchange,
           const std::filesystem::path& shown);

  /// What a killed run had begun to move is moved back, or to its end where all the old files were out already.
  void recover();

 private:
  bool exchange(const std::set<std::string>& names, const std::set<std::string>& stale);
  void keep_newcomers(const std::set<std::string>& known);
  void move(const std::set<std::string>& names, const std::set<std::string>& stale);

  std::filesystem::path folder_, new_, leaving_, left_;
};

/// Flushes a file or folder to the disk. Throws OutputError naming `shown`.
void synchronise(const std::filesystem::path& path, const std::filesystem::path& shown);

}  // namespace crbrt::base
