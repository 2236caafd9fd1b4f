// SPDX-License-Identifier: Apache-2.0
// The kernels that work feature by feature: relu, affine, group_norm. Equal to their references bit for bit, and group_norm
// close to exact arithmetic.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

enum class Place { other_slot, in_place };

/// Runs `kernel(in, out)` with `in` as input, in a buffer of its own or in place.
template <class Kernel>
std::vector<std::uint32_t> result(const std::vector<float>& in, Place place, Kernel&& kernel) {
  GuardedBuffer<float> source(in), out(in.size());
  if (place == Place::in_place) std::copy(in.begin(), in.end(), out.data());
  kernel(place == Place::in_place ? out.data() : source.data(), out.data());
  return bits_of(out);
}

TEST(Relu, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 3u, 64u})
      for (const Place place : {Place::other_slot, Place::in_place}) {
        auto in = normal_tile(n, 5, true);
        in[1] = std::numeric_limits<float>::quiet_NaN();
        in[2] = -std::numeric_limits<float>::infinity();
        in[3] = std::numeric_limits<float>::infinity();
        const auto expected = result(in, place, [&](const float* x, float* y) { relu_ref(mul_add_of(isa), {x, y, n}); });
        const auto found = result(in, place, [&](const float* x, float* y) { kernel_table(isa)->relu({x, y, n}); });
        ASSERT_EQ(found, expected) << name(isa) << ' ' << n;
        record.ran(isa);
      }
  record.expect_scalar_and_best();
}

TEST(Relu, NanAndNegativeZeroBecomeZero) {
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> tile(std::vector<float>(layout::tile_voxels, -0.0f));
    tile.data()[7] = std::numeric_limits<float>::quiet_NaN();
    kernel_table(isa)->relu({tile.data(), tile.data(), 1});
    EXPECT_EQ(bits_of(tile), std::vector<std::uint32_t>(layout::tile_voxels, 0)) << name(isa);
  }
}

TEST(Affine, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 3u, 64u})
      for (const bool relu : {false, true})
        for (const Place place : {Place::other_slot, Place::in_place}) {
          const auto in = normal_tile(n, 6, true);
          const GuardedBuffer<float> scale(normal_values(n, 7)), shift(normal_values(n, 8));
          const auto args = [&](const float* x, float* y) { return AffineArgs{x, y, scale.data(), shift.data(), n, relu}; };
          const auto expected = result(in, place, [&](const float* x, float* y) { affine_ref(mul_add_of(isa), args(x, y)); });
          const auto found = result(in, place, [&](const float* x, float* y) { kernel_table(isa)->affine(args(x, y)); });
          ASSERT_EQ(found, expected) << name(isa) << ' ' << n;
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

TEST(GroupNorm, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_group : {1u, 3u, 8u})
      for (const std::size_t size : sizes_around({4}))
        for (const bool relu : {false, true})
          for (const Place place : {Place::other_slot, Place::in_place}) {
            const std::size_t n = n_group * size;
            const auto in = normal_tile(n, 9, true);
            const GuardedBuffer<float> gamma(normal_values(n, 10)), beta(normal_values(n, 11));
            const auto args = [&](const float* x, float* y) {
              return GroupNormArgs{x, y, gamma.data(), beta.data(), n, n_group, 1e-5f, relu};
            };
            const auto expected =
                result(in, place, [&](const float* x, float* y) { group_norm_ref(mul_add_of(isa), args(x, y)); });
            const auto found = result(in, place, [&](const float* x, float* y) { kernel_table(isa)->group_norm(args(x, y)); });
            ASSERT_EQ(found, expected) << name(isa) << ' ' << n_group << " groups of " << size;
            record.ran(isa);
          }
  record.expect_scalar_and_best();
}

TEST(GroupNorm, ReferenceIsWithinRoundingOfExactNormalisation) {
  // Group of n values x with mean m, deviation s = sqrt(var + eps), largest value X. u = 2^-24, first order:
  // the mean errs by n u X; each difference d by (n + 1) u X =: e; the variance by 2 e s + (n + 2) u s^2, so 1/s by
  // e/s + (n/2 + 4) u relative; d/s then by e/s + |d/s| (e/s + (n/2 + 4) u); gamma and beta add two roundings of the result.
  const std::size_t n = 16;
  const double u = 0x1p-24, eps = 1e-5;
  const auto in = normal_tile(n, 12);
  const auto gamma = normal_values(n, 13), beta = normal_values(n, 14);
  for (const MulAdd kind : {MulAdd::rounded_twice, MulAdd::fused}) {
    GuardedBuffer<float> out(n * layout::tile_voxels);
    group_norm_ref(kind, {in.data(), out.data(), gamma.data(), beta.data(), n, 1, static_cast<float>(eps), false});
    for (std::size_t v = 0; v < layout::tile_voxels; ++v) {
      double mean = 0, variance = 0, largest = 0;
      for (std::size_t f = 0; f < n; ++f) mean += in[f * layout::tile_voxels + v] / static_cast<double>(n);
      for (std::size_t f = 0; f < n; ++f) {
        variance += std::pow(in[f * layout::tile_voxels + v] - mean, 2) / static_cast<double>(n);
        largest = std::max<double>(largest, std::fabs(in[f * layout::tile_voxels + v]));
      }
      const double s = std::sqrt(variance + eps), e = (n + 1) * u * largest / s;
      for (std::size_t f = 0; f < n; ++f) {
        const double x = (in[f * layout::tile_voxels + v] - mean) / s;
        const double exact = gamma[f] * x + beta[f];
        const double bound = std::fabs(gamma[f]) * (e + std::fabs(x) * (e + (n / 2.0 + 4) * u)) +
                             2 * u * (std::fabs(gamma[f] * x) + std::fabs(beta[f]));
        ASSERT_NEAR(out.data()[f * layout::tile_voxels + v], exact, bound) << "feature " << f << " voxel " << v;
      }
    }
  }
}

TEST(GroupNorm, ConstantGroupGivesBeta) {
  // Zero variance: the difference is exactly zero, whatever 1 / sqrt(epsilon) is.
  const std::vector<float> in(4 * layout::tile_voxels, 3), gamma(4, 2), beta(4, -0.25f);
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> tile(in);
    kernel_table(isa)->group_norm({tile.data(), tile.data(), gamma.data(), beta.data(), 4, 2, 1e-5f, false});
    EXPECT_EQ(tile.values(), std::vector<float>(in.size(), -0.25f)) << name(isa);
  }
}

}  // namespace
}  // namespace crbrt::tests
