// SPDX-License-Identifier: Apache-2.0
// The lock is a file in the folder, because network file systems lock no folders. It goes with the folder, while it is held:
// who had opened it before finds that it is no longer there (file_lock.cpp) and begins anew.
#include "base/parts_folder.h"

#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/files_of_run.h"
#include "base/sealed_file.h"
#include "base/staging.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_file = "lock";

/// What a killed run left of a file that it had begun is nothing, and so is an empty lock.
bool holds_others(const fs::path& folder) {
  std::error_code absent;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, absent)) {
    const std::string name = entry.path().filename().string();
    const bool is_lock = name == lock_file && entry.is_regular_file(absent) && entry.file_size(absent) == 0;
    if (!is_lock && !is_staging_name(name)) return true;
  }
  return false;
}

}  // namespace

PartsFolder::PartsFolder(fs::path folder, Names names, Warnings& warnings)
    : folder_(std::move(folder)), names_(std::move(names)), warnings_(warnings) {
  std::error_code error;
  if (!fs::exists(folder_ / names_.mark, error) && holds_others(folder_))
    throw OutputError(folder_.string(), "parts of this run would be kept there, and it holds other files (no " + names_.mark +
                                            "); move it, or choose another output");
  for (int i = 0; i < 10; ++i) {  // a run that ends takes the folder with it
    fs::create_directory(folder_, error);
    if (error) throw OutputError(folder_.string(), error.message());
    lock_.emplace(folder_ / lock_file);
    if (lock_->outcome() != FileLock::Outcome::impossible || fs::exists(folder_, error)) break;
  }
  if (lock_->outcome() == FileLock::Outcome::taken)
    throw OutputError(folder_.string(), "another run is working on this output");
  if (lock_->outcome() == FileLock::Outcome::impossible)
    warnings_.add(folder_.string() + ": it cannot be locked; a second run on this output would not be noticed");
}

PartsFolder::~PartsFolder() {
  if (!has_parts()) remove();
}

bool PartsFolder::has_parts() const {
  std::error_code absent;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, absent))
    if (names_.is_part(entry.path().filename().string())) return true;
  return false;
}

std::optional<std::string> PartsFolder::identity() const {
  std::error_code absent;
  const fs::path mark = folder_ / names_.mark;
  if (!fs::exists(mark, absent)) return std::nullopt;
  std::optional<std::string> text = sealed_bytes(mark, names_.mark);
  if (!text) warnings_.add(mark.string() + ": expected what the parts are of, found a damaged file; each part is checked");
  return text;
}

void PartsFolder::set_identity(std::string identity) {
  identity_ = std::move(identity);
  AtomicFile output(folder_ / names_.mark);
  write_text(output.temporary(), identity_, output.target());
  seal(output.temporary(), names_.mark, output.target());
  output.commit();
}

void PartsFolder::take_over(const std::string& identity, bool resume, const std::string& what, const std::string& of) {
  const bool is_begun = has_parts();
  if (is_begun && !resume)
    throw OutputError(folder_.string(),
                      "it holds " + what + " of a run that was stopped; --resume goes on with them, remove it to begin anew");
  const std::optional<std::string> found = this->identity();
  if (is_begun && found && *found != identity)
    throw DisagreementError(folder_.string(), what + " of the same " + of + " (remove it to begin anew)", what + " of others");
  set_identity(identity);
}

std::string PartsFolder::label_of(const std::string& name, const std::string& label) const {
  return name + "\n" + label + "\n" + identity_;
}

void PartsFolder::drop(const fs::path& file) const {
  warnings_.add(file.string() + ": expected a whole part of this run, found a damaged or another one; it is computed again");
  std::error_code ignored;
  fs::remove(file, ignored);
}

std::optional<fs::path> PartsFolder::part(const std::string& name, const std::string& label) const {
  const fs::path file = folder_ / name;
  std::error_code absent;
  if (!fs::exists(file, absent)) return std::nullopt;
  if (is_sealed(file, label_of(name, label))) return file;
  drop(file);
  return std::nullopt;
}

std::optional<std::string> PartsFolder::part_bytes(const std::string& name, const std::string& label) const {
  const fs::path file = folder_ / name;
  std::error_code absent;
  if (!fs::exists(file, absent)) return std::nullopt;
  std::optional<std::string> bytes = sealed_bytes(file, label_of(name, label));
  if (!bytes) drop(file);
  return bytes;
}

void PartsFolder::keep(const std::string& name, const std::string& label,
                       const std::function<void(const fs::path& file, const fs::path& shown)>& write) const {
  AtomicFile output(folder_ / name);
  write(output.temporary(), output.target());
  seal(output.temporary(), label_of(name, label), output.target());
  output.commit();
}

void PartsFolder::remove() const {
  std::error_code ignored;
  std::vector<std::string> parts;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored))
    if (const std::string name = entry.path().filename().string(); name == names_.mark || names_.is_part(name))
      parts.push_back(name);
  for (const std::string& part : parts) {
    remove_leftovers(folder_, part);
    if (fs::is_regular_file(fs::symlink_status(folder_ / part, ignored))) fs::remove(folder_ / part, ignored);
  }
  fs::remove(folder_ / lock_file, ignored);
  fs::remove(folder_, ignored);  // refused where it is not empty
}

std::string partial_folder_of(const std::string& out) {
  std::error_code error;
  fs::path folder = folder_name(out);
  if (folder.filename() == "." || folder.filename() == "..")
    folder = fs::weakly_canonical(folder, error);  // a name to put it beside
  return folder.string() + ".partial";
}

bool is_numbered(const std::string& name, const std::string& begin, const std::string& end) {
  if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) return false;
  const std::string number = name.substr(begin.size(), name.size() - begin.size() - end.size());
  return number.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace crbrt::base
