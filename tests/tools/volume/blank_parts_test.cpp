// SPDX-License-Identifier: Apache-2.0
// Zeros where a measurement has none are told with their share.
#include "tools/volume/blank_parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace crbrt::volume {
namespace {

constexpr std::size_t n_coeff = 3;

std::vector<float> full(std::size_t n_voxel) { return std::vector<float>(n_voxel * 2 * n_coeff, 0.5f); }

std::string told(const std::vector<float>& interleaved) {
  base::Warnings warnings("test");
  warn_of_blank_parts(blank_parts(interleaved, n_coeff), "in.nii", warnings);
  std::string all;
  for (const std::string& text : warnings.texts()) all += text + "\n";
  return all;
}

TEST(BlankParts, FullVoxelsAndBlankOrBrokenOnesAreNotTold) {
  std::vector<float> voxels = full(100);
  for (std::size_t v = 0; v < 40; ++v)
    for (std::size_t i = 0; i < 2 * n_coeff; ++i)
      voxels[v * 2 * n_coeff + i] = v < 20 ? 0 : std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(told(voxels), "");
  EXPECT_EQ(blank_parts(voxels, n_coeff).n_voxel, 60u);
}

TEST(BlankParts, APlaneOfZerosIsNamedWithItsShare) {
  std::vector<float> voxels = full(100);
  for (std::size_t v = 0; v < 4; ++v) voxels[v * 2 * n_coeff + 2] = voxels[v * 2 * n_coeff + 3] = 0;
  EXPECT_EQ(told(voxels), "");  // a few are what rounding leaves
  for (std::size_t v = 0; v < 25; ++v) voxels[v * 2 * n_coeff + 2] = voxels[v * 2 * n_coeff + 3] = 0;
  EXPECT_NE(told(voxels).find("in.nii: coefficient 1 (counted from 0) is zero in 25 % of 100 voxels"), std::string::npos);
}

TEST(BlankParts, MissingImaginaryAndRealPartsAreTold) {
  for (const std::size_t part : {std::size_t{0}, std::size_t{1}}) {
    std::vector<float> voxels = full(100);
    for (std::size_t i = part; i < voxels.size(); i += 2) voxels[i] = 0;
    EXPECT_NE(
        told(voxels).find(part == 0 ? "the real parts are all zero in 100 %" : "the imaginary parts are all zero in 100 %"),
        std::string::npos);
  }
}

TEST(BlankParts, TheSampleIsSpreadOverTheList) {
  std::vector<std::size_t> voxels(10000);
  for (std::size_t v = 0; v < voxels.size(); ++v) voxels[v] = 3 * v;
  const std::vector<std::size_t> sample = spread_sample(voxels, 256);
  ASSERT_EQ(sample.size(), 256u);
  EXPECT_EQ(sample.front(), 0u);
  EXPECT_EQ(sample.back(), 29997u);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(spread_sample(VoxelList::all({10, 1, 1}), 256).size(), 10u);
}

}  // namespace
}  // namespace crbrt::volume
