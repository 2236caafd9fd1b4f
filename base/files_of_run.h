/// Which files this process reads and which it writes, so that no output ever replaces an input or another output. Two names
/// are the same file when their canonical paths are the same, or device and inode: links count.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

namespace crbrt::base {

/// Every reader says what it opens. Paths that do not exist are ignored. Thread-safe, like all here.
void note_input(const std::filesystem::path& path);

/// The state of a search, which the run reads and goes on to replace, is no input.
void forget_input(const std::filesystem::path& path);

/// Throws OutputError naming `target` where it is an input that was noted.
void expect_no_input(const std::filesystem::path& target);

/// One file of its own (AtomicFile). May be written again and again. Throws as expect_no_input() does, and where a set holds
/// it.
void note_output(const std::filesystem::path& target);

/// One file of a set (AtomicFolder), from now until its FilesOfSet goes.
class FilesOfSet {
 public:
  FilesOfSet() = default;
  ~FilesOfSet();
  FilesOfSet(const FilesOfSet&) = delete;
  FilesOfSet& operator=(const FilesOfSet&) = delete;

  /// Throws OutputError where `target` is an input, a file of any set, or a file that was written on its own.
  void add(const std::filesystem::path& target);
};

/// A file that an option of the command line names; an empty path is an option that was not given.
struct NamedOutput {
  const char* option;
  std::filesystem::path path;
};

/// Throws UsageError where two options name the same output: before any of them is written.
void expect_different_outputs(std::initializer_list<NamedOutput> outputs);

}  // namespace crbrt::base
