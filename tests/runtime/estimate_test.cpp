// SPDX-License-Identifier: Apache-2.0
// Network outputs to the caller's rows: equal to the reference, only the rows of the tile, ranges flagged.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "runtime/src/kernels/reference.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

std::vector<Output> outputs(std::size_t n) {
  std::vector<Output> list(n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto x = static_cast<float>(j);
    list[j] = {"x", "1", 0.1f * x, 1 + 0.3f * x, -1.5f, 1.5f};
  }
  return list;
}

TEST(Estimate, EveryIsaEqualsReferenceBitForBit) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n_output : {1u, 3u, 6u})
      for (const std::size_t n_voxel : {1u, 8u, 47u, 48u})
        for (const std::size_t gap : {0u, 2u}) {
          const std::size_t stride = n_output + gap, used = (n_voxel - 1) * stride + n_output;
          const auto list = outputs(n_output);
          const auto tile = normal_tile(n_output, 31);
          GuardedBuffer<float> in(tile), in_ref(tile), found(used), expected(used);
          const layout::VoxelBits a =
              estimate_ref({in_ref.data(), list.data(), 5, {expected.data(), n_voxel, n_output, stride}});
          const layout::VoxelBits b =
              kernel_table(isa)->estimate({in.data(), list.data(), 5, {found.data(), n_voxel, n_output, stride}});
          ASSERT_EQ(bits_of(found), bits_of(expected)) << name(isa) << ' ' << n_output << " x " << n_voxel;
          ASSERT_EQ(a, b) << name(isa);
          record.ran(isa);
        }
  record.expect_scalar_and_best();
}

TEST(Estimate, FlagsWhatLeavesItsRangeAndKeepsTheValue) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const Output output{"x", "1", 0, 1, -1, 2};
  std::vector<float> tile(layout::tile_voxels, 0.0f);
  const std::vector<float> values{-1, 2, std::nextafter(-1.0f, -2.0f), std::nextafter(2.0f, 3.0f), inf, -inf, nan, 0};
  std::copy(values.begin(), values.end(), tile.begin());
  for (const Isa isa : runnable_isas()) {
    GuardedBuffer<float> in(tile), rows(values.size());
    EXPECT_EQ(kernel_table(isa)->estimate({in.data(), &output, 0, {rows.data(), values.size(), 1}}), 0b01111100u) << name(isa);
    EXPECT_EQ(bits_of(rows), bits_of(values)) << name(isa);
  }
}

}  // namespace
}  // namespace crbrt::tests
