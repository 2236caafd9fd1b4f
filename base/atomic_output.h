/// Outputs that exist completely or not at all: written to a temporary name in the target's own folder (a rename works only
/// within one file system), synchronised and renamed on commit, removed otherwise. An existing output is untouched until then.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crbrt::base {

/// One output file.
///     AtomicFile file("out.h5");
///     write_somehow(file.temporary());   // keeps the extension of the target
///     file.commit();
class AtomicFile {
 public:
  /// Creates the temporary file, empty. Throws OutputError when the folder is missing or cannot be written, or when the
  /// target exists and is no regular file.
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& temporary() const noexcept { return temporary_; }
  const std::filesystem::path& target() const noexcept { return target_; }

  /// Throws OutputError: what is still in memory may find the disk full here.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

/// Several output files of one folder, renamed together once all are written. The folder (parents included) is made if absent.
///     AtomicFolder folder("maps");
///     write_somehow(folder.temporary("T1map.nii.gz"));
///     folder.commit();
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path folder);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write the file that becomes FOLDER/name.
  std::filesystem::path temporary(const std::string& name);
  void commit();

 private:
  std::filesystem::path folder_;
  std::filesystem::path staging_;
  std::vector<std::string> names_;
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
  /// `size` zeros, which take no time and, where the file system can, no room on the disk.
  void write_zeros(std::size_t size);

  /// Lets the disk begin with what was written, so that commit() waits less; it is commit() that says when the disk fails.
  void close();

 private:
  std::filesystem::path shown_;
  int fd_;
  bool ends_in_zeros_ = false;
};

/// Flushes a written file or folder to the disk and renames it over `to`. Throws OutputError naming `to`.
void publish(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace crbrt::base
