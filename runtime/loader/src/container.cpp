// SPDX-License-Identifier: Apache-2.0
/// Container header: writing it, and refusing every header that writing does not produce.
#include "runtime/loader/src/read_model.h"

#include <array>
#include <cstring>
#include <string>

#include "base/sha256.h"

namespace crbrt {
namespace loader {
namespace {

constexpr std::array<std::uint8_t, 8> magic{0x89, 'C', 'R', 'B', 'M', '\r', '\n', 0x1a};
constexpr std::size_t version_at = 8, zero_at = 12, length_at = 16, digest_at = 24, trailing_zero_at = 56;

std::uint64_t read_number(const std::uint8_t* bytes, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

void write_number(std::uint8_t* bytes, std::size_t count, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

LoadResult refuse(Status status, const std::string& what, const std::string& expected, const std::string& found) {
  return {status, "container." + what + ": expected " + expected + ", found " + found};
}

LoadResult check_header(const std::uint8_t* header, std::size_t file_size) {
  if (std::memcmp(header, magic.data(), magic.size()) != 0)
    return refuse(Status::bad_container, "magic", "a .crbm model file", "other leading bytes");
  if (const auto version = read_number(header + version_at, 4); version != container_version)
    return refuse(Status::bad_format_version, "version", std::to_string(container_version), std::to_string(version));
  if (read_number(header + zero_at, 4) != 0 || read_number(header + trailing_zero_at, 8) != 0)
    return refuse(Status::bad_container, "reserved bytes", "zeros", "something else");
  if (const auto length = read_number(header + length_at, 8); length != file_size - header_size)
    return refuse(Status::bad_container, "length", std::to_string(length) + " bytes after the header",
                  std::to_string(file_size - header_size));
  return {};
}

}  // namespace

LoadResult open_container(View1<const std::uint8_t> file, View1<const std::uint8_t>& payload) {
  if (file.data == nullptr || file.size < header_size)
    return refuse(Status::bad_container, "size", "at least " + std::to_string(header_size) + " bytes",
                  std::to_string(file.size));
  if (file.size > max_file_size)
    return refuse(Status::bad_container, "size", "at most " + std::to_string(max_file_size) + " bytes",
                  std::to_string(file.size));
  if (LoadResult result = check_header(file.data, file.size); result.status != Status::ok) return result;
  const View1<const std::uint8_t> body{file.data + header_size, file.size - header_size};
  const auto digest = base::sha256(body.data, body.size);
  if (std::memcmp(digest.data(), file.data + digest_at, digest.size()) != 0)
    return refuse(Status::bad_container, "sha256", "the checksum of the header", base::hex(digest));
  payload = body;
  return {};
}

}  // namespace loader

std::vector<std::uint8_t> wrap_model(View1<const std::uint8_t> flatbuffer) {
  using namespace loader;
  std::vector<std::uint8_t> file(header_size + flatbuffer.size, 0);
  std::memcpy(file.data(), magic.data(), magic.size());
  write_number(file.data() + version_at, 4, container_version);
  write_number(file.data() + length_at, 8, flatbuffer.size);
  const auto digest = base::sha256(flatbuffer.data, flatbuffer.size);
  std::memcpy(file.data() + digest_at, digest.data(), digest.size());
  if (flatbuffer.size != 0) std::memcpy(file.data() + header_size, flatbuffer.data, flatbuffer.size);
  return file;
}

}  // namespace crbrt
