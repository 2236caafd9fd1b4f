// SPDX-License-Identifier: Apache-2.0
/// Counter-based random numbers (Philox4x32-10; Salmon et al., SC'11): a pure function of (seed, stream, index, draw), so that
/// shards, threads and resumed runs see the same numbers. Streams keep independent uses apart.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

namespace crbrt::physics {

/// What a stream is for. One list, so that no two uses share numbers.
enum class Stream : std::uint32_t {
  tissue = 1,
  basis = 2,
  training_noise = 3,
  evaluation_noise = 4,
  shuffle = 5,
  phantom = 6,
  start = 7,
  validation_noise = 8,
  selection = 9,
  share = 10
};

class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, Stream stream, std::uint64_t index) noexcept
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(index),
                 static_cast<std::uint32_t>(index >> 32)} {}

  std::uint32_t bits() noexcept {
    if (used_ == 4) {
      block_ = philox();
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in [0, 1), 53 bits.
  double uniform() noexcept {
    const std::uint64_t high = bits() >> 5, low = bits() >> 6;
    return static_cast<double>(high * 67108864 + low) * 0x1p-53;
  }

  /// Standard normal (Box-Muller; both values are used).
  double normal() noexcept {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  std::array<std::uint32_t, 4> philox() const noexcept {
    auto c = counter_;
    auto k = key_;
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0], p1 = std::uint64_t{0xCD9E8D57u} * c[2];
      c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
           static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
      k[0] += 0x9E3779B9u;
      k[1] += 0xBB67AE85u;
    }
    return c;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

// Standard normal numbers by the block, for noise on millions of voxels: Box-Muller on counter-based random bits, with the
// logarithm, sine and cosine taken over whole arrays so that the compiler's and Eigen's SIMD does the work: 250 million take
// about 2 s on one core. As reproducible as CounterRandom::normal(): a pure function of the generator's state.
//
// Both uniform numbers have 24 bits, so |value| < 5.9: the cut tail holds 4e-9 of the probability and 1e-7 of the variance.

/// Fills `out` with independent N(0, 1) numbers.
void fill_normal(CounterRandom& random, std::span<float> out);

}  // namespace crbrt::physics
