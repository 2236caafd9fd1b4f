// SPDX-License-Identifier: Apache-2.0
/// Which real image crbrt-benchmark takes voxels of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace crbrt::bench {

struct InVivoOptions {
  std::string image, mask, sequence, basis;  ///< files; without an image there is nothing to do
  std::optional<double> tr_s;                ///< of a sequence that carries none
  std::uint64_t voxels = 64;                 ///< drawn from the mask
  std::uint64_t draws = 16384;               ///< from the prior, of all fits
};

}  // namespace crbrt::bench
