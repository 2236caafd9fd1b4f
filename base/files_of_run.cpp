// SPDX-License-Identifier: Apache-2.0
// One list for the whole process: a reader knows nothing of the writers, and need not.
#include "base/files_of_run.h"

#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

struct Noted {
  fs::path canonical;
  std::string shown;
  const FilesOfSet* set = nullptr;  ///< of outputs that are being written
};

struct Lists {
  std::mutex mutex;
  std::vector<Noted> inputs, outputs;
};

Lists& lists() {
  static Lists* const all = new Lists;  // outlives every destructor that asks
  return *all;
}

/// Absolute first: of a relative name that does not exist, weakly_canonical() leaves a relative one.
fs::path canonical_of(const fs::path& path) {
  std::error_code unreadable;
  fs::path canonical = fs::weakly_canonical(fs::absolute(path, unreadable), unreadable);
  return unreadable ? fs::absolute(path, unreadable) : canonical;
}

/// Device and inode of a file as it is now: those of a file that was removed may be another file's today. Empty: there is none.
std::optional<std::pair<dev_t, ino_t>> inode_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::pair(found.st_dev, found.st_ino);
}

bool is_same(const fs::path& a, const fs::path& b) {
  const auto of_a = inode_of(a);
  return a == b || (of_a && of_a == inode_of(b));
}

const Noted* find(const std::vector<Noted>& noted, const fs::path& canonical) {
  const auto own = inode_of(canonical);  // a new file, of thousands, is no other one under another name
  const auto found = std::find_if(noted.begin(), noted.end(), [&](const Noted& n) {
    return n.canonical.native() == canonical.native() || (own && own == inode_of(n.canonical));
  });
  return found == noted.end() ? nullptr : &*found;
}

void expect_no_input(const fs::path& canonical, const fs::path& target) {
  const Noted* const input = find(lists().inputs, canonical);
  if (input != nullptr) throw OutputError(target.string(), "it is an input of this run (" + input->shown + ")");
}

}  // namespace

void note_input(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) return;
  const fs::path canonical = canonical_of(path);
  const std::lock_guard lock(lists().mutex);
  if (find(lists().inputs, canonical) == nullptr) lists().inputs.push_back({canonical, path.string()});
}

fs::path folder_name(const fs::path& folder) {
  fs::path name;
  for (const fs::path& part : folder) {
    if (part.empty() || part == ".") continue;
    std::error_code absent;
    const bool goes_back = part == ".." && name.has_filename() && name.filename() != ".." && !fs::is_symlink(name, absent);
    name = goes_back ? name.parent_path() : name / part;
  }
  return name.empty() && !folder.empty() ? fs::path(".") : name;
}

void forget_input(const fs::path& path) {
  const fs::path canonical = canonical_of(path);
  const std::lock_guard lock(lists().mutex);
  std::erase_if(lists().inputs, [&](const Noted& noted) { return is_same(noted.canonical, canonical); });
}

void expect_no_input(const fs::path& target) {
  const fs::path canonical = canonical_of(target);
  const std::lock_guard lock(lists().mutex);
  expect_no_input(canonical, target);
}

void expect_no_output(const fs::path& folder) {
  const std::lock_guard lock(lists().mutex);
  for (fs::path path = canonical_of(folder); path.has_relative_path(); path = path.parent_path())
    if (const Noted* const other = find(lists().outputs, path); other != nullptr)
      throw OutputError(folder.string(), "it is another output of this run (" + other->shown + ")");
}

void note_output(const fs::path& target) {
  const fs::path canonical = canonical_of(target);
  const std::lock_guard lock(lists().mutex);
  std::erase_if(lists().outputs, [&](const Noted& noted) { return is_same(noted.canonical, canonical); });
  lists().outputs.push_back({canonical, target.string()});
}

FilesOfSet::~FilesOfSet() {
  const std::lock_guard lock(lists().mutex);
  std::erase_if(lists().outputs, [this](const Noted& noted) { return noted.set == this; });
}

void FilesOfSet::add(const fs::path& target) { add(target, false); }

void FilesOfSet::add_again(const fs::path& target) { add(target, true); }

void FilesOfSet::add(const fs::path& target, bool again) {
  const fs::path canonical = canonical_of(target);
  const std::lock_guard lock(lists().mutex);
  expect_no_input(canonical, target);
  const Noted* const other = find(lists().outputs, canonical);
  const bool is_other = other != nullptr && !(again && other->set == nullptr);
  if (is_other) throw OutputError(target.string(), "it is another output of this run (" + other->shown + ")");
  lists().outputs.push_back({canonical, target.string(), this});
}

void expect_different_outputs(std::initializer_list<NamedOutput> outputs) {
  for (auto a = outputs.begin(); a != outputs.end(); ++a) {
    for (auto b = outputs.begin(); b != a; ++b) {
      if (a->path.empty() || b->path.empty() || !is_same(canonical_of(a->path), canonical_of(b->path))) continue;
      throw OutputError(a->path.string(), std::string("it is the file of ") + b->option + " and of " + a->option);
    }
  }
}

}  // namespace crbrt::base
