// SPDX-License-Identifier: Apache-2.0
/// The numbers of a real image piece by piece, wherever its bytes lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "tools/volume/stored_image.h"

namespace crbrt::volume {

/// Calls `visit(first, values)` for the real parts of the image, piece by piece, so that a mask of doubles needs no second
/// copy.
template <class Visit>
void for_each_piece(const StoredImage& image, Visit visit) {
  constexpr std::size_t piece = 65536;
  const std::size_t n = image.n_element(), width = bytes_of(image.encoding.element);
  const std::size_t step = is_complex(image.encoding.element) ? 2 : 1;
  std::vector<std::byte> stored(std::min(piece, n) * width);
  std::vector<float> values(std::min(piece, n) * step);
  for (std::size_t first = 0; first < n; first += piece) {
    const std::size_t count = std::min(piece, n - first);
    image.bytes->read(image.offset + first * width, stored.data(), count * width);
    decode(image.encoding, stored.data(), count, values.data());
    for (std::size_t i = 1; step == 2 && i < count; ++i) values[i] = values[2 * i];
    visit(first, std::span<const float>(values).first(count));
  }
  image.bytes->expect_intact_end();
}

}  // namespace crbrt::volume
