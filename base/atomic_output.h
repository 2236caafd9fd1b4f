/// Outputs that exist completely or not at all: written to a temporary name in the target's own folder (a rename works only
/// within one file system), synchronised and renamed on commit, removed otherwise. An existing output is untouched until then.
#pragma once

#include <filesystem>
#include <span>
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

/// The same of several parts, one after the other: a header and numbers need no memory that holds both.
void write_parts(const std::filesystem::path& path, std::span<const std::string_view> parts,
                 const std::filesystem::path& shown);

/// Flushes a written file or folder to the disk and renames it over `to`. Throws OutputError naming `to`.
void publish(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace crbrt::base
