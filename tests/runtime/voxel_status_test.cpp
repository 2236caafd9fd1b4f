// SPDX-License-Identifier: Apache-2.0
// Voxels without a usable signal are flagged, get zeros, and leave their neighbours alone.
#include <gtest/gtest.h>

#include <cfloat>
#include <limits>

#include "tests/runtime/bound_session.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t n_voxel = 2 * layout::tile_voxels + 5;

class VoxelStatusTest : public testing::Test {
 protected:
  VoxelStatusTest() : mixed_(8) { build_mixed_network(mixed_); }

  struct Result {
    std::vector<float> estimates;
    std::vector<VoxelStatus> status;
  };

  Result run(Isa isa, const std::vector<float>& coefficients) {
    const std::size_t n_output = mixed_.program().n_output;
    Result result{std::vector<float>(n_voxel * n_output, -1.0f), std::vector<VoxelStatus>(n_voxel)};
    BoundSession session(mixed_.program(), isa);
    EXPECT_EQ(
        session->run(Coefficients::rows(coefficients.data(), n_voxel, 8),
                     {.estimates = {result.estimates.data(), n_voxel, n_output}, .status = {result.status.data(), n_voxel}}),
        Status::ok);
    return result;
  }

  SyntheticProgram mixed_;
};

TEST_F(VoxelStatusTest, SpoiledVoxelsAreFlaggedAndNeighboursKeepEveryBit) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const auto clean = random_coefficients(n_voxel, 8);
  auto spoiled = clean;
  std::vector<VoxelStatus> expected(n_voxel, VoxelStatus::ok);
  const auto spoil = [&](std::size_t voxel, std::size_t column, float value) {
    spoiled[voxel * 16 + column] = value;
    expected[voxel] = VoxelStatus::non_finite;
  };
  for (std::size_t column = 0; column < 16; ++column) spoil(2 * column, column, column % 2 == 0 ? nan : inf);
  spoil(n_voxel - 1, 3, -inf);
  for (const std::size_t voxel : {1u, 48u + 9u}) {
    for (std::size_t column = 0; column < 16; ++column) spoiled[voxel * 16 + column] = column == 5 ? -0.0f : 0.0f;
    expected[voxel] = VoxelStatus::zero_signal;
  }
  for (std::size_t column = 0; column < 16; ++column) spoiled[3 * 16 + column] = FLT_TRUE_MIN;
  expected[3] = VoxelStatus::zero_signal;

  IsaRecord record;
  for (const Isa isa : runnable_isas()) {
    const Result a = run(isa, clean), b = run(isa, spoiled);
    EXPECT_EQ(a.status, std::vector<VoxelStatus>(n_voxel, VoxelStatus::ok));
    EXPECT_EQ(b.status, expected) << name(isa);
    const std::size_t n_output = mixed_.program().n_output;
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t j = 0; j < n_output; ++j)
        ASSERT_EQ(b.estimates[v * n_output + j], expected[v] == VoxelStatus::ok ? a.estimates[v * n_output + j] : 0.0f)
            << name(isa) << " voxel " << v;
    record.ran(isa);
  }
  record.expect_scalar_and_best();
}

TEST_F(VoxelStatusTest, EstimatesOutsideTheirRangeAreFlaggedAndKept) {
  const auto coefficients = random_coefficients(n_voxel, 8);
  for (const Isa isa : runnable_isas()) {
    const Result wide = run(isa, coefficients);
    const float limit = wide.estimates[2];  // output 2 of voxel 0 stands exactly on its limit: still inside
    mixed_.outputs()[2].maximum = limit;
    const Result narrow = run(isa, coefficients);
    mixed_.outputs()[2].maximum = FLT_MAX;
    EXPECT_EQ(bits_of(narrow.estimates), bits_of(wide.estimates)) << name(isa);
    for (std::size_t v = 0; v < n_voxel; ++v)
      EXPECT_EQ(narrow.status[v],
                wide.estimates[v * mixed_.program().n_output + 2] > limit ? VoxelStatus::outside_range : VoxelStatus::ok)
          << name(isa) << " voxel " << v;
  }
}

TEST_F(VoxelStatusTest, AnOverflowInsideTheNetworkIsOutsideRange) {
  mixed_.outputs()[0].scale = FLT_MAX;
  const auto coefficients = random_coefficients(n_voxel, 8);
  for (const Isa isa : runnable_isas()) {
    const Result result = run(isa, coefficients);
    std::size_t n_infinite = 0;
    for (std::size_t v = 0; v < n_voxel; ++v) {
      const bool infinite = std::abs(result.estimates[v * mixed_.program().n_output]) > FLT_MAX;
      n_infinite += infinite ? 1 : 0;
      EXPECT_EQ(result.status[v], infinite ? VoxelStatus::outside_range : VoxelStatus::ok);
    }
    EXPECT_GT(n_infinite, 0u);
  }
}

}  // namespace
}  // namespace crbrt::tests
