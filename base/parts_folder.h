// SPDX-License-Identifier: Apache-2.0
/// A folder beside an output, OUT.partial, that keeps what a stopped run had done. One run at a time has it: a second one is
/// refused, and a dead one does not hold it. Every part is sealed (sealed_file.h) with what it is: a part that was damaged,
/// exchanged, or left by another run is told, removed and computed again.
///
/// A person may have a folder of that name, too: ours is known by one file in it, and only files that we made are ever removed.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file_lock.h"
#include "base/warnings.h"

namespace crbrt::base {

class PartsFolder {
 public:
  struct Names {
    std::string mark;  ///< file of what the parts are of; its presence makes the folder ours
    std::function<bool(const std::string& name)> is_part;  ///< whether a file is one of ours
  };

  /// Makes the folder where it is absent, and locks it. Throws OutputError where it is somebody else's (something is there and
  /// no mark), where another run has it, and where it cannot be made.
  PartsFolder(std::filesystem::path folder, Names names, Warnings& warnings);
  /// Removes a folder without parts: a run that failed early leaves nothing that refuses the next one.
  ~PartsFolder();
  PartsFolder(const PartsFolder&) = delete;
  PartsFolder& operator=(const PartsFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return folder_; }
  bool has_parts() const;

  /// What the parts are of, as an earlier run left it. Empty where none did, and, after a warning, where that is damaged: each
  /// part knows what it is of.
  std::optional<std::string> identity() const;
  /// The same of this run, from now on: it is in the label of every part.
  void set_identity(std::string identity);

  /// Both, for programs with --resume: parts of an earlier run are used where `resume` says so. Throws OutputError where there
  /// are some and it does not, DisagreementError where they are of another identity. "the voxels" of the same "data and
  /// settings": `what` and `of` are the words of the complaint.
  void take_over(const std::string& identity, bool resume, const std::string& what, const std::string& of);

  /// The file of a part where it is whole and one of this run; empty where it is absent. `label` says which part it is and what
  /// shape it has. Anything else under that name is warned of and removed.
  std::optional<std::filesystem::path> part(const std::string& name, const std::string& label) const;
  /// The same for parts that are read as bytes, without their seal.
  std::optional<std::string> part_bytes(const std::string& name, const std::string& label) const;
  /// Writes a part whole or not at all: `write` gets the temporary file and the name to complain of. Throws OutputError.
  void keep(const std::string& name, const std::string& label,
            const std::function<void(const std::filesystem::path& file, const std::filesystem::path& shown)>& write) const;

  /// Removes all parts, and the folder where it is empty then. Nothing is reported: the output is complete, and what is left
  /// behind harms nobody.
  void remove() const;

 private:
  std::string label_of(const std::string& name, const std::string& label) const;
  void drop(const std::filesystem::path& file) const;

  std::filesystem::path folder_;
  Names names_;
  Warnings& warnings_;
  std::optional<FileLock> lock_;
  std::string identity_;
};

/// OUT.partial, beside the folder of an output.
std::string partial_folder_of(const std::string& out);

/// Whether a name is `begin`, a number, `end`: "part-12".
bool is_numbered(const std::string& name, const std::string& begin, const std::string& end);

}  // namespace crbrt::base
