// SPDX-License-Identifier: Apache-2.0
/// The pull of the prior on one standard deviation: what is added to all of them, and what decides which are at their limit.
#pragma once

#include <algorithm>
#include <cmath>

#include "crbrt/format/program.h"

namespace crbrt {

/// min(std_maximum, s sqrt(1 + (s / W)^2 z^2)), z = (estimate - m) / W: add_prior_pull() has the reasons.
inline float with_prior_pull(float std, float estimate, const Output& output) noexcept {
  const float width = std::abs(output.scale);
  const float pull = std / width * ((estimate - output.offset) / width);
  return std::min(std * std::sqrt(1 + pull * pull), output.std_maximum);
}

}  // namespace crbrt
