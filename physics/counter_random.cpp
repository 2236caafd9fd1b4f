// SPDX-License-Identifier: Apache-2.0
// Box-Muller over fixed-size arrays: every block of 2 * n_pair numbers takes the same path, whatever the caller asked for.
#include "physics/counter_random.h"

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <numbers>

namespace crbrt::physics {
namespace {

constexpr int n_pair = 128;
using Lane = Eigen::Array<float, n_pair, 1>;

/// Uniform on the midpoints of 2^24 equal cells of (0, 1). Converted from int32, which SIMD can do and uint32 cannot.
Lane uniform_block(CounterRandom& random) {
  Eigen::Array<std::int32_t, n_pair, 1> cell;
  for (int i = 0; i < n_pair; ++i) cell[i] = static_cast<std::int32_t>(random.bits() >> 8);
  return (cell.cast<float>() + 0.5f) * 0x1p-24f;
}

}  // namespace

void fill_normal(CounterRandom& random, std::span<float> out) {
  while (!out.empty()) {
    const Lane radius = (-2.0f * uniform_block(random).log()).max(0.0f).sqrt();
    const Lane angle = 2 * std::numbers::pi_v<float> * (uniform_block(random) - 0.5f);
    Eigen::Array<float, 2 * n_pair, 1> block;
    block.head<n_pair>() = radius * angle.cos();
    block.tail<n_pair>() = radius * angle.sin();
    const std::size_t taken = std::min<std::size_t>(out.size(), 2 * n_pair);
    std::copy_n(block.data(), taken, out.data());
    out = out.subspan(taken);
  }
}

}  // namespace crbrt::physics
