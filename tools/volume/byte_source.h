/// Random access to the bytes of an image, whether they lie in a file or, once decompressed, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace crbrt::volume {

/// Thread-safe: read() has no state.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const noexcept = 0;
  /// Copies `count` bytes that start at `offset`. Throws InputError when the file does not hold them.
  virtual void read(std::uint64_t offset, void* to, std::size_t count) const = 0;
};

/// An uncompressed file: only the parts that are read ever lie in memory.
std::shared_ptr<const ByteSource> open_file(const std::string& path);

/// A gzip file, decompressed at once. Throws InputError when it holds fewer than `least` bytes.
std::shared_ptr<const ByteSource> open_gzip(const std::string& path, std::uint64_t least);

/// Bytes that another reader already has in memory.
std::shared_ptr<const ByteSource> own_bytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size);

}  // namespace crbrt::volume
