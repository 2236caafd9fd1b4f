// SPDX-License-Identifier: Apache-2.0
/// Sizes that straddle the places where blocked loops change their minds.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace crbrt::tests {

/// 1, and for every tile t: t - 1, t, t + 1, 2t - 1, 2t, 2t + 1. Zeros are left out.
inline std::vector<std::size_t> sizes_around(std::initializer_list<std::size_t> tiles) {
  std::vector<std::size_t> sizes{1};
  for (const std::size_t tile : tiles)
    for (const std::size_t middle : {tile, 2 * tile})
      for (const std::size_t size : {middle - 1, middle, middle + 1})
        if (size > 1) sizes.push_back(size);
  return sizes;
}

}  // namespace crbrt::tests
