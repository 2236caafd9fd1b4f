// SPDX-License-Identifier: Apache-2.0
/// Which files this process reads and which it writes, so that no output ever replaces an input or another output. Two names
/// are the same file when their canonical paths are the same, or device and inode: links count. The canonical path of a file
/// that does not exist so far is that of its folder and its name, however it is spelled.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

namespace crbrt::base {

/// Every reader says what it opens. Paths that do not exist are ignored. Thread-safe, like all here.
void note_input(const std::filesystem::path& path);

/// One spelling of a folder, however it was typed: without "." and without a slash that is doubled or stands at the end. ".."
/// goes with the folder before it, unless that is a link and ".." leads elsewhere.
std::filesystem::path folder_name(const std::filesystem::path& folder);

/// The state of a search, which the run reads and goes on to replace, is no input.
void forget_input(const std::filesystem::path& path);

/// Throws OutputError naming `target` where it is an input that was noted.
void expect_no_input(const std::filesystem::path& target);

/// Throws OutputError naming `folder`, which is to hold files, where it or a folder above it has the name of an output.
void expect_no_output(const std::filesystem::path& folder);

/// A file of its own was written (AtomicFile). It may be written again, and is no file of a set.
void note_output(const std::filesystem::path& target);

/// Files that are being written, from now until their FilesOfSet goes: those of a set (AtomicFolder), or one (AtomicFile).
class FilesOfSet {
 public:
  FilesOfSet() = default;
  ~FilesOfSet();
  FilesOfSet(const FilesOfSet&) = delete;
  FilesOfSet& operator=(const FilesOfSet&) = delete;

  /// Throws OutputError where `target` is an input, or another output that is being written or was written on its own.
  void add(const std::filesystem::path& target);
  /// The same for a file that may have been written before: the state of a run.
  void add_again(const std::filesystem::path& target);

 private:
  void add(const std::filesystem::path& target, bool again);
};

/// A file that an option of the command line names; an empty path is an option that was not given.
struct NamedOutput {
  const char* option;
  std::filesystem::path path;
};

/// Throws OutputError where two options name the same output: before any of them is written.
void expect_different_outputs(std::initializer_list<NamedOutput> outputs);

}  // namespace crbrt::base
