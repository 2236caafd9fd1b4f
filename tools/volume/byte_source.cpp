// pread instead of a memory map: a file that shrinks while it is read becomes a message, not a signal.
#include "tools/volume/stored_image.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/read_file.h"

namespace crbrt::volume {
namespace {

std::string bytes_text(std::uint64_t n) { return std::to_string(n) + " bytes"; }

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(const std::string& path) : path_(path) {
    base::expect_file(path, "a readable file");
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
      const std::string why = std::strerror(errno);
      if (fd_ >= 0) ::close(fd_);
      throw base::InputError(path, "a readable file", why);
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileBytes() override { ::close(fd_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::uint64_t size() const noexcept override { return size_; }

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
  std::uint64_t size_ = 0;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size) : bytes_(std::move(bytes)), size_(size) {}
  std::uint64_t size() const noexcept override { return size_; }
  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    if (offset > size_ || count > size_ - offset) throw base::Error(base::exit_internal, "read past the end of an image");
    std::memcpy(to, bytes_.get() + offset, count);
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint64_t size_;
};

// How much one gzip file may hold: what its trailer says (modulo 2^32), if that is little more than what the header asks for,
// and at most what deflate can pack so small. What is behind the voxels is no reason to ask for gigabytes.
std::uint64_t capacity_for(const std::byte* packed, std::uint64_t packed_size, std::uint64_t least) {
  std::uint32_t trailer = 0;
  std::memcpy(&trailer, packed + packed_size - sizeof trailer, sizeof trailer);
  constexpr std::uint64_t largest_ratio = 1032, most_behind = std::uint64_t{1} << 24;
  return std::min({std::max<std::uint64_t>(trailer, least), least + most_behind, packed_size * largest_ratio + 64});
}

// Returns how many bytes the members of the file held; more than `capacity` where they would not fit.
std::uint64_t inflate_members(const std::byte* packed, std::uint64_t packed_size, std::byte* to, std::uint64_t capacity) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(libdeflate_alloc_decompressor(),
                                                                                              libdeflate_free_decompressor);
  if (!inflater) throw std::bad_alloc();
  std::uint64_t used = 0, held = 0;
  while (used < packed_size) {
    std::size_t in = 0, out = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(inflater.get(), packed + used, packed_size - used, to + held, capacity - held, &in, &out);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return capacity + 1;
    if (result != LIBDEFLATE_SUCCESS) break;
    used += in;
    held += out;
  }
  return held;
}

}  // namespace

std::shared_ptr<const ByteSource> open_file(const std::string& path) { return std::make_shared<FileBytes>(path); }

std::shared_ptr<const ByteSource> open_gzip(const std::string& path, std::uint64_t least) {
  const FileBytes file(path);
  constexpr std::uint64_t smallest = 18;  // gzip header and trailer
  if (file.size() < smallest) throw base::InputError(path, "a gzip file", bytes_text(file.size()));
  // Not value-initialised: a gigabyte of zeros would be written for nothing.
  const std::unique_ptr<std::byte[]> packed(new std::byte[file.size()]);
  file.read(0, packed.get(), file.size());
  const std::uint64_t capacity = capacity_for(packed.get(), file.size(), least);
  std::unique_ptr<std::byte[]> bytes(new std::byte[capacity]);
  const std::uint64_t held = inflate_members(packed.get(), file.size(), bytes.get(), capacity);
  if (held > capacity)
    throw base::InputError(path, "little more than " + bytes_text(least) + " once decompressed",
                           "more than " + bytes_text(capacity));
  if (held < least) {
    throw base::InputError(path, "at least " + bytes_text(least) + " once decompressed",
                           held == 0 ? "compressed data that are cut off or damaged" : bytes_text(held));
  }
  return own_bytes(std::move(bytes), held);
}

std::shared_ptr<const ByteSource> own_bytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size) {
  return std::make_shared<MemoryBytes>(std::move(bytes), size);
}

}  // namespace crbrt::volume
