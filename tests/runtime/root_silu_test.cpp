// SPDX-License-Identifier: Apache-2.0
// root_silu beside exact arithmetic, and its form for values and derivatives side by side on every instruction set.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

// x^2 + 1 is off by 1.5 units u = 2^-24 where the product rounds, too; the root by 0.75 + 0.5 of them, the quotient s by 2.25;
// 1 + s by 2.25 + 1, the halved x is exact and the last product adds 1 of a result of at most |x|: 4.25 u |x|. The slope has s
// off by 2.25 u: at most 2.25 u more for the derivative 2 - 3 s^2 of s (2 - s^2), then three roundings of numbers up to 2:
// halved, 6 u.
TEST(RootSilu, ReferenceIsWithinRoundingOfTheFormula) {
  const std::size_t n = 40;
  std::vector<float> in = normal_tile(n, 3);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] *= std::pow(10.0f, static_cast<float>(i % 9) - 4);
  for (const MulAdd kind : {MulAdd::rounded_twice, MulAdd::fused}) {
    std::vector<float> out(in.size());
    root_silu_ref(kind, {in.data(), out.data(), n});
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double x = in[i], s = x / std::sqrt(x * x + 1);
      ASSERT_NEAR(out[i], x / 2 * (1 + s), 4.5 * 0x1p-24 * std::abs(x)) << x;
    }
    const std::size_t n_voxel = 24;
    std::vector<float> pairs((n + 1) * layout::tile_voxels, 1), bent(pairs.size());
    for (std::size_t f = 0; f < n; ++f)
      for (std::size_t v = 0; v < n_voxel; ++v) pairs[f * layout::tile_voxels + v] = in[f * layout::tile_voxels + v];
    root_silu_tangent_ref(kind, {pairs.data(), bent.data(), n, n_voxel, 1});
    for (std::size_t f = 0; f < n; ++f)
      for (std::size_t v = 0; v < n_voxel; ++v) {
        const double x = in[f * layout::tile_voxels + v], s = x / std::sqrt(x * x + 1);
        ASSERT_NEAR(bent[f * layout::tile_voxels + n_voxel + v], (1 + s * (2 - s * s)) / 2, 6 * 0x1p-24) << x;
      }
  }
}

TEST(RootSilu, SpecialNumbersAreThoseOfTheFormula) {
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> tile(std::vector<float>(layout::tile_voxels, -0.0f));
    tile.data()[0] = std::numeric_limits<float>::quiet_NaN();
    tile.data()[1] = 1e20f;  // the square is infinite
    tile.data()[2] = -1e6f;
    kernel_table(isa)->root_silu({tile.data(), tile.data(), 1});
    EXPECT_TRUE(std::isnan(tile.data()[0])) << name(isa);
    EXPECT_EQ(tile.data()[1], 0.5e20f) << name(isa);
    EXPECT_EQ(tile.data()[2], 0.0f) << name(isa);
    EXPECT_EQ(tile.data()[3], 0.0f) << name(isa);
  }
}

TEST(RootSiluTangent, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_feature : {1u, 3u, 64u})
      for (const auto& [n_voxel, n_tangent] :
           {std::pair<std::size_t, std::size_t>{1, 1}, {1, 7}, {3, 7}, {6, 7}, {5, 8}, {24, 1}, {2, 16}, {48, 0}}) {
        const GuardedBuffer<float> in(normal_tile(n_feature + 1, 21, true));
        GuardedBuffer<float> found((n_feature + 1) * layout::tile_voxels), expected(found.size());
        kernel_table(isa)->root_silu_tangent({in.data(), found.data(), n_feature, n_voxel, n_tangent});
        root_silu_tangent_ref(mul_add_of(isa), {in.data(), expected.data(), n_feature, n_voxel, n_tangent});
        for (std::size_t f = 0; f < n_feature; ++f) {
          const std::size_t first = f * layout::tile_voxels, n = (1 + n_tangent) * n_voxel;
          ASSERT_EQ(bits_of(found.data() + first, n), bits_of(expected.data() + first, n))
              << name(isa) << ", feature " << f << " of " << n_feature << ", " << n_voxel << " voxels, " << n_tangent
              << " derivatives";
        }
        record.ran(isa);
      }
  record.expect_scalar_and_best();
}

}  // namespace
}  // namespace crbrt::tests
