// SPDX-License-Identifier: Apache-2.0
/// Arrays of containers that a library parses (HDF5, MAT): in a process of its own, which a damaged file may end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/guarded_reader.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

/// What the parser says before it sends the elements in the order of the extents.
struct ArrayHeader {
  std::vector<std::size_t> extents;  ///< first dimension fastest
  Element element = Element::float32;
  std::vector<std::string> notes{};
  double slope = 1, intercept = 0;  ///< as in Encoding
  bool is_either_way = false;       ///< as in StoredImage
};
void send(const base::GuardedSender& sender, const ArrayHeader& header);

/// Runs in the child: sends the header, then every element. Throws what the parent is to throw.
using ParseArray = void (*)(const FileSpec& spec, const base::GuardedSender& sender);

/// Starts `parse`, waits for its header and gives an image whose elements come from it, sequentially. `library`: "HDF5".
StoredImage open_parsed(const FileSpec& spec, const char* library, ParseArray parse);

/// "12x10x3x13 complex", for lists of what a file holds.
std::string describe(const std::vector<std::size_t>& extents, const std::string& kind);

/// Deflate makes at most 1032 of 1 byte: a file that promises more than its `held` bytes have room for holds a lie. Throws
/// InputError.
void expect_room(const FileSpec& spec, const std::vector<std::size_t>& extents, std::size_t element_bytes, std::uint64_t held);

}  // namespace crbrt::volume
