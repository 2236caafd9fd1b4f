// Temporary files beside their targets. POSIX calls, because only they say why a write failed.
#include "base/atomic_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace crbrt::base {
namespace {

namespace fs = std::filesystem;

// Process id and counter: two programs, or two outputs of one program, never share a temporary file.
std::string temporary_name(const std::string& name) {
  static std::atomic<unsigned> counter{0};
  return ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + "-" + name;
}

std::string reason(int error) { return std::strerror(error); }

void check_regular(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::is_directory(status)) throw OutputError(target.string(), "it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) throw OutputError(target.string(), "it is no regular file");
}

void synchronise(const fs::path& path, const fs::path& shown) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw OutputError(shown.string(), reason(errno));
  // EINVAL and EROFS: a file system without fsync, which is no failure of ours.
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0 && error != EINVAL && error != EROFS) throw OutputError(shown.string(), reason(error));
}

void move_over(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw OutputError(to.string(), reason(errno));
}

}  // namespace

void publish(const fs::path& from, const fs::path& to) {
  synchronise(from, to);
  move_over(from, to);
}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  check_regular(target_);
  temporary_ = target_.parent_path() / temporary_name(target_.filename().string());
  const int fd = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) throw OutputError(target_.string(), reason(errno));
  ::close(fd);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  publish(temporary_, target_);
  temporary_.clear();
}

AtomicFolder::AtomicFolder(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw OutputError(folder_.string(), error.message());
  staging_ = folder_ / temporary_name("folder");
  if (!fs::create_directory(staging_, error)) throw OutputError(folder_.string(), error.message());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
}

fs::path AtomicFolder::temporary(const std::string& name) {
  check_regular(folder_ / name);
  names_.push_back(name);
  return staging_ / name;
}

void AtomicFolder::commit() {
  for (const std::string& name : names_) synchronise(staging_ / name, folder_ / name);
  for (const std::string& name : names_) move_over(staging_ / name, folder_ / name);
  names_.clear();
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

void PieceFile::close() {
  if (ends_in_zeros_ && ::ftruncate(fd_, ::lseek(fd_, 0, SEEK_CUR)) != 0) throw OutputError(shown_.string(), reason(errno));
  ::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE);  // a hint: a file system that has no such thing refuses, nothing is lost
  if (::close(std::exchange(fd_, -1)) != 0) throw OutputError(shown_.string(), reason(errno));
}

void write_text_file(const fs::path& target, std::string_view text) {
  AtomicFile file(target);
  write_text(file.temporary(), text, target);
  file.commit();
}

}  // namespace crbrt::base
