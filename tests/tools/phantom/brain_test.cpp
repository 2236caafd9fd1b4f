// SPDX-License-Identifier: Apache-2.0
// Anatomy and fields of the digital brain.
#include "tools/phantom/brain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "base/error.h"
#include "tests/support/temporary_folder.h"
#include "tools/volume/nifti.h"

namespace crbrt::phantom {
namespace {

/// A 6x5x4 image whose voxel v has intensity values[v % size].
std::string image(const tests::TemporaryFolder& folder, const std::vector<std::uint8_t>& values) {
  volume::Grid grid;
  grid.shape = {6, 5, 4};
  std::vector<std::uint8_t> intensity(120);
  for (std::size_t v = 0; v < intensity.size(); ++v) intensity[v] = values[v % values.size()];
  const std::string path = folder / "brain.nii.gz";
  volume::write_nifti(path, path, grid, std::span<const std::uint8_t>(intensity), volume::Compression::gzip);
  return path;
}

TEST(Brain, IntensityDecidesTheTissue) {
  const tests::TemporaryFolder folder;
  const Brain brain = read_brain(image(folder, {0, 40, 65, 66, 86, 99, 100, 115}));
  using enum TissueClass;
  const std::vector<TissueClass> expected = {outside,     csf,         csf,          grey_matter,
                                             grey_matter, grey_matter, white_matter, white_matter};
  for (std::size_t v = 0; v < 120; ++v) EXPECT_EQ(brain.tissue[v], expected[v % 8]) << v;
  EXPECT_EQ(brain.voxels.size(), 105u);
  EXPECT_TRUE(std::is_sorted(brain.voxels.begin(), brain.voxels.end()));
}

TEST(Brain, PositionsSpanTheBoundingBox) {
  const tests::TemporaryFolder folder;
  const Brain brain = read_brain(image(folder, {90}));
  EXPECT_EQ(brain.position(0), (std::array<double, 3>{-1, -1, -1}));
  EXPECT_EQ(brain.position(119), (std::array<double, 3>{1, 1, 1}));
  EXPECT_EQ(brain.position(5), (std::array<double, 3>{1, -1, -1}));  // x is the fastest
}

TEST(Brain, FinerVoxelsHaveTheTissueOfTheNearestAndFillTheSameSpace) {
  const tests::TemporaryFolder folder;
  const std::string path = image(folder, {0, 40, 66, 100, 90});
  const Brain coarse = read_brain(path), fine = read_brain(path, 0.5);
  EXPECT_EQ(fine.grid.shape, (volume::Shape{12, 10, 8}));
  EXPECT_EQ(fine.voxels.size(), 8 * coarse.voxels.size());
  for (std::size_t v = 0; v < fine.tissue.size(); ++v) {
    const std::size_t x = v % 12 / 2, y = v / 12 % 10 / 2, z = v / 120 / 2;
    EXPECT_EQ(fine.tissue[v], coarse.tissue[x + 6 * (y + 5 * z)]) << v;
  }
  // A voxel of 1 mm around 0 begins at -0.5; so does the first of 0.5 mm, whose centre is at -0.25.
  const auto affine = volume::affine_mm(fine.grid.geometry);
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_DOUBLE_EQ(affine[d][d], 0.5);
    EXPECT_DOUBLE_EQ(affine[d][3], -0.25);
  }
}

TEST(Brain, AnImageWithoutBrainIsRefused) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(read_brain(image(folder, {0})), base::InputError);
  EXPECT_THROW(read_brain(folder / "absent.nii.gz"), base::InputError);
}

TEST(PhantomFields, StayInTheirRangesAndVary) {
  double omega0_low = 9, omega0_high = -9, b1_low = 9, b1_high = -9;
  for (int x = -10; x <= 10; ++x)
    for (int y = -10; y <= 10; ++y)
      for (int z = -10; z <= 10; ++z) {
        const Position p{x / 10.0, y / 10.0, z / 10.0};
        EXPECT_LE(std::abs(omega0_relative(p)), omega0_limit);
        EXPECT_GE(b1_rel(p), b1_min_rel);
        EXPECT_LE(b1_rel(p), b1_max_rel);
        EXPECT_NEAR(std::abs(m0(p)), 1, 0.1500001);
        omega0_low = std::min(omega0_low, omega0_relative(p));
        omega0_high = std::max(omega0_high, omega0_relative(p));
        b1_low = std::min(b1_low, b1_rel(p));
        b1_high = std::max(b1_high, b1_rel(p));
      }
  EXPECT_GT(omega0_high - omega0_low, 0.8);
  EXPECT_GT(b1_high - b1_low, 0.3);
}

TEST(PhantomFields, AreSmoothOnTheScaleOfAVoxel) {
  const double step = 2.0 / 150;  // a voxel of a brain that is 150 voxels wide
  for (int x = -10; x < 10; ++x)
    for (int y = -10; y < 10; ++y) {
      const Position p{x / 10.0, y / 10.0, -0.5}, next{x / 10.0 + step, y / 10.0, -0.5};
      EXPECT_LT(std::abs(omega0_relative(next) - omega0_relative(p)), 0.05);
      EXPECT_LT(std::abs(b1_rel(next) - b1_rel(p)), 0.02);
      EXPECT_LT(std::abs(m0(next) - m0(p)), 0.1);
    }
}

}  // namespace
}  // namespace crbrt::phantom
