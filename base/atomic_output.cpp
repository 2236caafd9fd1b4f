// SPDX-License-Identifier: Apache-2.0
// POSIX calls, because only they say why a write failed.
#include "base/atomic_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/set_replacement.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::strerror(error); }

void check_regular(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::is_directory(status)) throw OutputError(target.string(), "it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) throw OutputError(target.string(), "it is no regular file");
}

void move_over(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw OutputError(to.string(), reason(errno));
}

/// Lets the disk begin, so that what a later file waits for is on its way.
void begin_flush(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;  // whoever waits for it says why
  ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  ::close(fd);
}

void remove(std::vector<fs::path>& folders) {
  for (; !folders.empty(); folders.pop_back()) ::rmdir(folders.back().c_str());  // refused where somebody uses it
}

/// Whether another folder can take the place of this one: no mount point, not the current folder, and we may write beside it.
bool can_be_replaced(const fs::path& folder) {
  struct statx status {};
  if (::statx(AT_FDCWD, folder.c_str(), 0, 0, &status) != 0) return false;
  const bool is_mount = (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 || !folder.has_relative_path();
  struct stat own {
  }, parent{};
  if (::stat(folder.c_str(), &own) != 0 || ::stat(folder.parent_path().c_str(), &parent) != 0) return false;
  std::error_code unreadable;
  const fs::path relative = fs::current_path(unreadable).lexically_relative(folder);
  const bool is_current = !relative.empty() && *relative.begin() != "..";
  return !is_mount && own.st_dev == parent.st_dev && !is_current && ::access(folder.parent_path().c_str(), W_OK | X_OK) == 0;
}

}  // namespace

void publish(const fs::path& from, const fs::path& to) {
  synchronise(from, to);
  const Uninterrupted guard;
  move_over(from, to);
  synchronise(to.parent_path(), to);
}

MadeFolder::MadeFolder(fs::path folder) {
  const Uninterrupted guard;
  const fs::path shown = folder;
  on_interruption_.emplace([this] { remove(made_); });
  std::error_code error;
  folder = fs::absolute(folder, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  std::vector<fs::path> absent;
  for (; !fs::exists(folder, error) && folder.has_relative_path(); folder = folder.parent_path()) absent.push_back(folder);
  for (; !absent.empty(); absent.pop_back()) {
    if (fs::create_directory(absent.back(), error)) made_.push_back(absent.back());
    if (error) break;
  }
  if (!error && !fs::is_directory(shown, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (!error) return;
  remove(made_);
  throw OutputError(shown.string(), error.message());
}

MadeFolder::~MadeFolder() {
  const Uninterrupted guard;
  remove(made_);
}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  check_regular(target_);
  claimed_.add_again(target_);
  const std::string name = target_.filename().string();
  remove_leftovers(target_.parent_path(), name);
  staging_.emplace(target_.parent_path(), name, target_);
  temporary_ = staging_->path() / name;
  const int fd = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) throw OutputError(target_.string(), reason(errno));
  ::close(fd);
}

void AtomicFile::commit() {
  expect_no_input(target_);  // it may have been opened since
  publish(temporary_, target_);
  note_output(target_);
}

AtomicFolder::AtomicFolder(fs::path folder, Earlier earlier) : shown_(std::move(folder)), earlier_(std::move(earlier)) {
  expect_no_output(shown_);
  for (int i = 0; i < 10; ++i) {  // a run that fails may take back the folder that it made
    made_.emplace(shown_);
    std::error_code error;
    folder_ = fs::canonical(shown_, error);
    lock_.emplace(folder_);
    if (!error && fs::exists(folder_, error)) break;
  }
  if (lock_->outcome() == FolderLock::Outcome::taken) throw OutputError(shown_.string(), "another run is writing into it");
  const std::string name = folder_.filename().string();
  const auto rescue = [this](const fs::path& leftover) { SetReplacement(folder_, leftover).recover(); };
  remove_leftovers(folder_, name, rescue);
  remove_leftovers(folder_.parent_path(), name, rescue);
  for (const std::string& file : earlier_files()) expect_no_input(folder_ / file);
  is_beside_ = can_be_replaced(folder_);
  staging_.emplace(is_beside_ ? folder_.parent_path() : folder_, name, shown_);
  std::error_code error;
  if (!fs::create_directory(SetReplacement::new_files(staging_->path()), error))
    throw OutputError(shown_.string(), error.message());
}

std::set<std::string> AtomicFolder::earlier_files() const { return earlier_ ? earlier_(folder_) : std::set<std::string>{}; }

fs::path AtomicFolder::temporary(const std::string& name) {
  check_regular(folder_ / name);
  claimed_.add(shown_ / name);
  names_.insert(name);
  return new_files() / name;
}

fs::path AtomicFolder::new_files() const { return SetReplacement::new_files(staging_->path()); }

bool AtomicFolder::is_folder_of(const fs::path& file) const {
  std::error_code unreadable;
  return fs::canonical(fs::absolute(file, unreadable).parent_path(), unreadable) == folder_;
}

void AtomicFolder::flush() const {
  for (const std::string& name : names_) begin_flush(new_files() / name);  // one wait for all
  for (const std::string& name : names_) synchronise(new_files() / name, shown_ / name);
}

void AtomicFolder::commit() {
  flush();  // of what is on the disk already, this costs next to nothing
  std::set<std::string> stale = earlier_files();
  std::erase_if(stale, [this](const std::string& name) { return names_.contains(name); });
  for (const auto* files : {&names_, &stale})
    for (const std::string& name : *files) expect_no_input(folder_ / name);
  const Uninterrupted guard;
  SetReplacement(folder_, staging_->path()).run(names_, stale, is_beside_, shown_);
  made_->keep();
  staging_.reset();  // with what was replaced
}

void write_text(const fs::path& path, std::string_view text, const fs::path& shown) {
  PieceFile file(path, shown);
  file.write(text);
  file.close();
}

PieceFile::PieceFile(const fs::path& path, fs::path shown)
    : shown_(std::move(shown)), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw OutputError(shown_.string(), reason(errno));
}

PieceFile::~PieceFile() {
  if (fd_ >= 0) ::close(fd_);
}

void PieceFile::write(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t n = ::write(fd_, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw OutputError(shown_.string(), reason(errno));
    piece.remove_prefix(static_cast<std::size_t>(n));
    ends_in_zeros_ = false;
  }
}

void PieceFile::write_zeros(std::size_t size) {
  if (::lseek(fd_, static_cast<off_t>(size), SEEK_CUR) < 0) throw OutputError(shown_.string(), reason(errno));
  ends_in_zeros_ = true;
}

void PieceFile::write_at(std::size_t offset, std::string_view piece) const {
  while (!piece.empty()) {
    const ssize_t n = ::pwrite(fd_, piece.data(), piece.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw OutputError(shown_.string(), reason(errno));
    piece.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::size_t>(n);
  }
}

void PieceFile::end_here() {
  if (ends_in_zeros_ && ::ftruncate(fd_, ::lseek(fd_, 0, SEEK_CUR)) != 0) throw OutputError(shown_.string(), reason(errno));
  ends_in_zeros_ = false;
}

// A hint: a file system that has no such thing refuses, nothing is lost.
void PieceFile::begin_flush() const { ::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE); }

void PieceFile::close() {
  end_here();
  begin_flush();
  if (::close(std::exchange(fd_, -1)) != 0) throw OutputError(shown_.string(), reason(errno));
}

void write_text_file(const fs::path& target, std::string_view text) {
  AtomicFile file(target);
  write_text(file.temporary(), text, target);
  file.commit();
}

}  // namespace crbrt::base
