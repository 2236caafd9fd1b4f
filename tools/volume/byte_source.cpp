// SPDX-License-Identifier: Apache-2.0
// pread instead of a memory map: a file that shrinks while it is read becomes a message, not a signal. zlib's files instead of
// libdeflate's blocks: a compressed image of a gigabyte passes through a buffer.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/error.h"
#include "base/read_file.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

std::string bytes_text(std::uint64_t n) { return std::to_string(n) + " bytes"; }

class FileBytes final : public ByteSource {
 public:
  FileBytes(const std::string& path, std::uint64_t least) : path_(path) {
    base::expect_file(path, "a readable file");
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
      const std::string why = std::strerror(errno);
      if (fd_ >= 0) ::close(fd_);
      throw base::InputError(path, "a readable file", why);
    }
    if (const auto size = static_cast<std::uint64_t>(status.st_size); size < least) {
      ::close(fd_);
      throw base::InputError(path, bytes_text(least), bytes_text(size));
    }
  }
  ~FileBytes() override { ::close(fd_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    auto* next = static_cast<char*>(to);
    for (std::size_t left = count; left > 0;) {
      const ssize_t n = ::pread(fd_, next, left, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw base::InputError(path_, "a readable file", std::strerror(errno));
      if (n == 0) throw base::InputError(path_, "at least " + bytes_text(offset + left), bytes_text(offset));
      next += n;
      offset += static_cast<std::uint64_t>(n);
      left -= static_cast<std::size_t>(n);
    }
  }

 private:
  std::string path_;
  int fd_ = -1;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size) : bytes_(std::move(bytes)), size_(size) {}
  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    if (offset > size_ || count > size_ - offset) throw base::Error(base::exit_internal, "read past the end of an image");
    std::memcpy(to, bytes_.get() + offset, count);
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint64_t size_;
};

class GzipBytes final : public ByteSource {
 public:
  explicit GzipBytes(const std::string& path) : path_(path) {
    base::expect_file(path, "a readable file");
    file_.reset(::gzopen(path.c_str(), "rbe"));
    if (!file_) throw base::InputError(path, "a readable file", std::strerror(errno));
    ::gzbuffer(file_.get(), 1 << 17);
  }

  bool is_sequential() const noexcept override { return true; }

  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    const std::lock_guard lock(mutex_);
    if (offset < at_) {
      if (::gzrewind(file_.get()) != 0) fail(offset + count);
      at_ = 0;
    }
    std::array<char, 1 << 15> skipped;
    while (at_ < offset) take(skipped.data(), static_cast<std::size_t>(std::min<std::uint64_t>(skipped.size(), offset - at_)));
    take(static_cast<char*>(to), count);
  }

  /// The checksum stands behind the last byte. A little more may lie there; what holds much more is no image.
  void expect_intact_end() const override {
    const std::lock_guard lock(mutex_);
    constexpr std::uint64_t most_behind = std::uint64_t{1} << 24;
    const std::uint64_t end = at_;
    std::array<char, 1 << 16> rest;
    int n = 1;
    while (n > 0 && at_ - end <= most_behind) {
      n = ::gzread(file_.get(), rest.data(), rest.size());
      if (n > 0) at_ += static_cast<std::uint64_t>(n);
    }
    if (n > 0)
      throw base::InputError(path_, "little more than " + bytes_text(end) + " once decompressed",
                             "more than " + bytes_text(at_));
    int code = Z_OK;
    ::gzerror(file_.get(), &code);
    if (n < 0 || (code != Z_OK && code != Z_STREAM_END)) fail(at_);
  }

 private:
  void take(char* to, std::size_t count) const {
    constexpr std::size_t most = std::size_t{1} << 30;  // gzread counts in int
    for (std::size_t done = 0; done < count;) {
      const int n = ::gzread(file_.get(), to + done, static_cast<unsigned>(std::min(most, count - done)));
      if (n <= 0) fail(at_ + count - done);
      done += static_cast<std::size_t>(n);
      at_ += static_cast<std::uint64_t>(n);
    }
  }

  [[noreturn]] void fail(std::uint64_t needed) const {
    int code = Z_OK;
    ::gzerror(file_.get(), &code);
    const std::string expected = "at least " + bytes_text(needed) + " once decompressed";
    const bool is_damaged = code != Z_OK && code != Z_STREAM_END;
    throw base::InputError(path_, expected, is_damaged ? "compressed data that are cut off or damaged" : bytes_text(at_));
  }

  struct Close {
    void operator()(gzFile file) const { ::gzclose(file); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
  mutable std::uint64_t at_ = 0;
  mutable std::mutex mutex_;
};

}  // namespace

std::shared_ptr<const ByteSource> open_file(const std::string& path, std::uint64_t least) {
  return std::make_shared<FileBytes>(path, least);
}

std::shared_ptr<const ByteSource> open_gzip(const std::string& path) { return std::make_shared<GzipBytes>(path); }

std::shared_ptr<const ByteSource> own_bytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size) {
  return std::make_shared<MemoryBytes>(std::move(bytes), size);
}

std::string first_bytes(const std::string& path, std::size_t count) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe is looked at, but not waited for
  struct stat status {};
  std::string bytes;
  if (fd >= 0 && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    bytes.resize(count);
    const ssize_t n = ::pread(fd, bytes.data(), count, 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  }
  if (fd >= 0) ::close(fd);
  return bytes;
}

}  // namespace crbrt::volume
