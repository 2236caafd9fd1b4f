// SPDX-License-Identifier: Apache-2.0
/// Outputs that exist completely or not at all: written to a hidden folder on the file system of the target (staging.h),
/// flushed and renamed on commit, removed otherwise, also when the run is interrupted; what a killed run left is removed by the
/// next run with the same output. An existing output is untouched until then, and no output replaces an input of the run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/files_of_run.h"
#include "base/interruption.h"
#include "base/staging.h"

namespace crbrt::base {

/// A folder that is made, with its parents, where it is absent, and taken back with them where nothing came of it.
class MadeFolder {
 public:
  /// Throws OutputError naming `folder`.
  explicit MadeFolder(std::filesystem::path folder);
  ~MadeFolder();
  void keep() { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;  ///< the outermost first
  std::optional<OnInterruption> on_interruption_;
};

/// One output file.
///     AtomicFile file("out.h5");
///     write_somehow(file.temporary());   // called like the target
///     file.commit();
class AtomicFile {
 public:
  /// Creates the temporary file, empty. Throws OutputError when the folder is missing or cannot be written, when the target
  /// exists and is no regular file, and when it is an input of the run or an output that is being written.
  explicit AtomicFile(std::filesystem::path target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& temporary() const noexcept { return temporary_; }
  const std::filesystem::path& target() const noexcept { return target_; }

  /// Throws OutputError: what is still in memory may find the disk full here.
  void commit();

 private:
  std::filesystem::path target_;
  FilesOfSet claimed_;
  std::optional<Staging> staging_;
  std::filesystem::path temporary_;
};

/// Several output files of one folder, which take the place of earlier ones as a whole (set_replacement.h). The folder (parents
/// included) is made if absent, and locked: a second run that wants it is refused.
///     AtomicFolder folder("maps");
///     write_somehow(folder.temporary("T1map.nii.gz"));
///     folder.commit();
class AtomicFolder {
 public:
  /// Which files of the folder an earlier run of the same kind left: they go when the new set comes.
  using Earlier = std::function<std::set<std::string>(const std::filesystem::path& folder)>;

  /// Throws OutputError, also where an earlier file is an input of this run, or the folder has the name of another output.
  explicit AtomicFolder(std::filesystem::path folder, Earlier earlier = {});
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write the file that becomes FOLDER/name.
  std::filesystem::path temporary(const std::string& name);
  /// Where the files are before commit().
  std::filesystem::path new_files() const;
  /// Whether a file lies in the folder itself.
  bool is_folder_of(const std::filesystem::path& file) const;
  /// Everything that takes time or needs room on the disk; commit() does it where nobody did.
  void flush() const;
  void commit();

 private:
  std::set<std::string> earlier_files() const;

  std::filesystem::path shown_;   ///< as given
  std::filesystem::path folder_;  ///< canonical
  Earlier earlier_;
  std::optional<MadeFolder> made_;
  std::optional<FolderLock> lock_;
  bool is_beside_ = false;  ///< the hidden folder lies beside the folder, not in it
  std::optional<Staging> staging_;
  std::set<std::string> names_;
  FilesOfSet claimed_;
};

/// The whole text as one AtomicFile. Throws OutputError.
void write_text_file(const std::filesystem::path& target, std::string_view text);

/// Writes text to `path` itself, e.g. to a temporary name given above. Throws OutputError naming `shown`.
void write_text(const std::filesystem::path& path, std::string_view text, const std::filesystem::path& shown);

/// A file that is written piece by piece, to a temporary name given above. Every member throws OutputError naming `shown`.
class PieceFile {
 public:
  PieceFile(const std::filesystem::path& path, std::filesystem::path shown);
  ~PieceFile();
  PieceFile(const PieceFile&) = delete;
  PieceFile& operator=(const PieceFile&) = delete;

  void write(std::string_view piece);
  /// `size` zeros, which take no time and, where the file system can, no room on the disk: it leaves out whole blocks.
  void write_zeros(std::size_t size);
  static constexpr std::size_t block_bytes = 4096;
  /// Over what is there, from any thread; the bytes of different threads do not overlap.
  void write_at(std::size_t offset, std::string_view piece) const;

  /// The file ends where it was written to, zeros included.
  void end_here();

  /// Lets the disk begin with what was written, and does not wait.
  void begin_flush() const;

  /// Lets the disk begin with what was written, so that commit() waits less; it is commit() that says when the disk fails.
  void close();

 private:
  std::filesystem::path shown_;
  int fd_;
  bool ends_in_zeros_ = false;
};

/// Flushes a written file or folder, renames it over `to`, and flushes the folder that holds it. Throws OutputError naming
/// `to`.
void publish(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace crbrt::base
