// SPDX-License-Identifier: Apache-2.0
// Sizes are multiplied with a look at the limit before each step: four extents of 65,535 overflow 64 bits.
#include "tools/mrd/message.h"

#include <array>
#include <cstring>
#include <new>

namespace crbrt::mrd {
namespace {

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

// No large pages (MADV_HUGEPAGE): they saved 0.2 s of a brain in most runs, and cost up to 1.4 s where the kernel had to
// compact memory for them first (Linux 6.18).
Block make_block(std::size_t size) {
  Block block{decltype(Block::bytes)(static_cast<std::byte*>(std::malloc(size))), size};
  if (block.bytes == nullptr) throw std::bad_alloc();
  return block;
}

std::size_t bytes_of_type(std::uint16_t data_type) noexcept {
  constexpr std::array<std::uint8_t, 9> sizes{0, 2, 2, 4, 4, 4, 8, 8, 16};
  return data_type < sizes.size() ? sizes[data_type] : 0;
}

std::size_t bytes_of_image(const ImageHeader& header, std::size_t most) {
  std::size_t bytes = bytes_of_type(header.data_type);
  if (bytes == 0) throw Refusal("image: expected a data type from 1 to 8, found " + std::to_string(header.data_type));
  for (const std::uint16_t extent : {header.matrix_size[0], header.matrix_size[1], header.matrix_size[2], header.channels}) {
    if (extent == 0) throw Refusal("image: expected a matrix and channels above 0, found 0");
    if (bytes > most / extent)
      throw Refusal("image: expected at most " + std::to_string(most >> 20) + " MiB of numbers (--largest-volume), found more");
    bytes *= extent;
  }
  return bytes;
}

std::string text_message(std::string_view text) {
  std::string bytes;
  append(bytes, MessageId::text);
  append(bytes, static_cast<std::uint32_t>(text.size() + 1));
  bytes.append(text);
  return bytes += '\0';
}

std::string close_message() {
  std::string bytes;
  append(bytes, MessageId::close);
  return bytes;
}

std::string head_of_image(ImageHeader header, std::string_view attributes) {
  header.attribute_string_len = static_cast<std::uint32_t>(attributes.size());
  std::string bytes;
  append(bytes, MessageId::image);
  append(bytes, header);
  append(bytes, std::uint64_t{attributes.size()});
  return bytes.append(attributes);
}

}  // namespace crbrt::mrd
