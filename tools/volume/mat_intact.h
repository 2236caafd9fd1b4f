// SPDX-License-Identifier: Apache-2.0
/// Is a MAT file up to version 7 whole? matio 1.5.23 takes numbers that are missing for zeros or for what lies in memory, and
/// reads on behind errors of zlib, so the lengths in the file, and the checksum of a compressed variable, are looked at here
/// before numbers of matio count. Numbers of an uncompressed variable have no checksum: their number is all that can be known.
/// Private to mat.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/volume/mat_bytes.h"

namespace crbrt::volume::mat {

enum Type : std::uint32_t { type_int32 = 5, type_uint32 = 6, type_matrix = 14, type_compressed = 15 };

/// What stands before the content of an array.
struct Head {
  std::uint32_t kind = 0;  ///< matio_classes
  bool is_complex = false;
  std::uint64_t n_element = 1;
  std::string name;
};

/// Goes through the elements of one array, whatever it holds.
class Walk {
 public:
  explicit Walk(Bytes& bytes) : bytes_(&bytes) {}

  /// `end`: where the array ends, as Bytes::taken() counts.
  Head head(std::uint64_t end) {
    constexpr std::uint32_t complex_flag = 0x0800, kind_mask = 0xff, opaque = 17;
    constexpr std::uint64_t most_elements = std::uint64_t{1} << 48;
    const std::vector<std::uint32_t> flags = integers(end, 2);
    bytes_->expect(flags.size() == 2);
    Head head{flags[0] & kind_mask, (flags[0] & complex_flag) != 0, 1, {}};
    if (head.kind != opaque)  // which has no extents
      for (const std::uint32_t extent : integers(end, most_dimensions)) {
        bytes_->expect(extent <= INT32_MAX && (extent == 0 || head.n_element <= most_elements / extent));
        head.n_element *= extent;
      }
    head.name = text(end);
    head.name.resize(std::min(head.name.find('\0'), head.name.size()));
    return head;
  }

  /// The content behind the head, and what pads it up to `end`.
  void content(const Head& head, std::uint64_t end, int depth) {
    enum Kind : std::uint32_t { cell = 1, structure = 2, object = 3, character = 4, sparse = 5, last_number = 15 };
    if (head.kind == object) text(end);
    if (head.kind == structure || head.kind == object) {
      const std::vector<std::uint32_t> length = integers(end, 1);
      const std::size_t n_byte = text(end).size();
      bytes_->expect(length.size() == 1 && length[0] > 0);
      children(head.n_element * (n_byte / length[0]), end, depth);
    } else if (head.kind == cell) {
      children(head.n_element, end, depth);
    } else if (head.kind == character || head.kind == sparse) {
      for (int i = 0; i < (head.kind == sparse ? 3 : 1) + (head.is_complex ? 1 : 0); ++i) skip_content(tag(), end);
    } else if (head.kind > sparse && head.kind <= last_number) {
      for (int part = 0; part < (head.is_complex ? 2 : 1); ++part) numbers(head.n_element, end);
    }
    bytes_->expect(bytes_->taken() <= end);
    bytes_->skip_padding(end - bytes_->taken());
  }

 private:
  static constexpr std::size_t most_dimensions = 64, longest_text = 1 << 20;
  static constexpr int deepest = 64;

  struct Tag {
    std::uint32_t type, size;
    bool is_small;  ///< up to four bytes of content lie in the tag itself
  };

  Tag tag() {
    const std::uint32_t first = bytes_->word();
    const Tag tag = first >> 16 == 0 ? Tag{first, bytes_->word(), false} : Tag{first & 0xffff, first >> 16, true};
    bytes_->expect(!tag.is_small || tag.size <= 4);
    return tag;
  }

  /// The padding of the last element may be missing.
  void skip_padding(const Tag& tag, std::uint64_t end) {
    const std::uint64_t padding = tag.is_small ? 4 - tag.size : (8 - tag.size % 8) % 8;
    bytes_->expect(bytes_->taken() <= end);
    bytes_->skip_padding(std::min(padding, end - bytes_->taken()));
  }

  void skip_content(const Tag& tag, std::uint64_t end) {
    bytes_->skip(tag.size);
    skip_padding(tag, end);
  }

  std::vector<std::uint32_t> integers(std::uint64_t end, std::size_t most) {
    const Tag found = tag();
    bytes_->expect((found.type == type_int32 || found.type == type_uint32) && found.size % 4 == 0 && found.size / 4 <= most);
    std::vector<std::uint32_t> all(found.size / 4);
    for (std::uint32_t& each : all) each = bytes_->word();
    skip_padding(found, end);
    return all;
  }

  std::string text(std::uint64_t end) {
    const Tag found = tag();
    bytes_->expect(width_of(found.type) == 1 && found.size <= longest_text);
    std::string all(found.size, '\0');
    bytes_->take(all.data(), all.size());
    skip_padding(found, end);
    return all;
  }

  /// As MATLAB stores them: in the smallest type that holds them all.
  void numbers(std::uint64_t n, std::uint64_t end) {
    if (n == 0 && bytes_->taken() == end) return;
    const Tag found = tag();
    const std::uint64_t width = width_of(found.type);
    bytes_->expect(width > 0 && found.size == n * width);
    skip_content(found, end);
  }

  void children(std::uint64_t n, std::uint64_t end, int depth) {
    for (std::uint64_t i = 0; i < n; ++i) {
      bytes_->expect(bytes_->taken() < end && depth < deepest);
      const Tag found = tag();
      bytes_->expect(found.type == type_matrix);
      if (found.size == 0) continue;  // an empty array
      const std::uint64_t end_of_child = bytes_->taken() + found.size;
      bytes_->expect(end_of_child <= end);
      content(head(end_of_child), end_of_child, depth + 1);
    }
  }

  static std::uint64_t width_of(std::uint32_t type) {
    constexpr std::array<std::uint8_t, 19> widths{0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8, 0, 0, 1, 2, 4};
    return type < widths.size() ? widths[type] : 0;
  }

  Bytes* bytes_;
};

using IsWanted = std::function<bool(const std::string& name)>;

/// One variable of version 5 or 7; true where it is wanted, and its content was walked.
inline bool expect_intact_variable(Bytes& bytes, std::uint64_t n_byte, const IsWanted& is_wanted) {
  if (n_byte == 0) return false;
  const std::uint64_t end = bytes.taken() + n_byte;
  Walk walk(bytes);
  const Head head = walk.head(end);
  const bool is_walked = is_wanted(head.name);
  if (is_walked) walk.content(head, end, 0);
  return is_walked;
}

/// Without `is_wanted`: only that all variables lie inside the file.
inline void expect_intact_version5(const FileSpec& spec, const ByteSource& file, std::uint64_t size,
                                   const IsWanted& is_wanted) {
  constexpr std::uint64_t header_bytes = 128, tag_bytes = 8;
  char order = 0;
  file.read(header_bytes - 2, &order, 1);
  const bool is_swapped = (order == 'I') != (std::endian::native == std::endian::little);
  for (std::uint64_t at = header_bytes; at < size;) {
    Bytes bytes(spec, file, at, size, is_swapped);
    const std::uint32_t type = bytes.word(), n_byte = bytes.word();
    bytes.expect((type == type_matrix || type == type_compressed) && n_byte <= size - at - tag_bytes);
    if (is_wanted && type == type_matrix) expect_intact_variable(bytes, n_byte, is_wanted);
    if (is_wanted && type == type_compressed && n_byte > 0) {
      InflatedBytes inflated(spec, file, at + tag_bytes, at + tag_bytes + n_byte, is_swapped);
      inflated.expect(inflated.word() == type_matrix);
      const std::uint32_t n_inflated = inflated.word();
      if (expect_intact_variable(inflated, n_inflated, is_wanted)) inflated.expect_end();
    }
    at += tag_bytes + n_byte;
  }
}

/// Version 4: matrices one behind the other, each with five words before it.
inline void expect_intact_version4(const FileSpec& spec, const ByteSource& file, std::uint64_t size) {
  constexpr std::uint32_t largest_type = 9999;
  constexpr std::array<std::uint64_t, 6> widths{8, 4, 4, 2, 2, 1};
  const bool is_swapped = Bytes(spec, file, 0, size, false).word() > largest_type;
  for (Bytes bytes(spec, file, 0, size, is_swapped); bytes.taken() < size;) {
    const std::uint32_t type = bytes.word();
    const std::uint64_t n_row = bytes.word(), n_column = bytes.word(), is_complex = bytes.word(), name_bytes = bytes.word();
    const std::uint32_t number = type / 10 % 10;
    constexpr std::uint64_t most = INT32_MAX;
    bytes.expect(type <= largest_type && number < widths.size() && n_row <= most && n_column <= most && is_complex <= 1);
    const bool is_sparse = type % 10 == 2;  // whose imaginary parts are a column
    bytes.skip(name_bytes);
    for (std::uint64_t part = 0; part < (is_sparse ? 1 : 1 + is_complex); ++part)
      bytes.skip(n_row * n_column > size ? size : n_row * n_column * widths[number]);
  }
}

}  // namespace crbrt::volume::mat
