// SPDX-License-Identifier: Apache-2.0
// The noise of images whose noise is known: unit noise, smooth anatomy, edges, masks that leave little to measure on.
#include "tools/map/noise_level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "tests/tools/volume/image_files.h"
#include "tools/map/second_differences.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::map {
namespace {

using tests::Complexes;

constexpr volume::Shape shape{40, 30, 6};
constexpr std::size_t n_voxel = 40 * 30 * 6, n_coeff = 5;

// MAD of n normal numbers has the relative standard deviation 1.166 / sqrt(n). Each voxel gives two numbers. Second differences
// that overlap are correlated (-4/6 and 1/6), which multiplies the variance of their mean square, and about that of their MAD,
// by at most 1 + 2 (4/6)^2 + 2 (1/6)^2 = 1.94. Five standard deviations, and 1.2 more for the smallest of five coefficients.
double tolerance_of_neighbours(std::size_t n) { return 6.2 * 1.166 * std::sqrt(1.94 / (2.0 * static_cast<double>(n))); }

// The median of n Rayleigh numbers has the relative standard deviation 1 / (2 ln 2 sqrt(n)). Five of them, and 1.2 as above.
double tolerance_of_background(std::size_t n) { return 6.2 / (2 * std::numbers::ln2 * std::sqrt(static_cast<double>(n))); }

class NoiseLevels : public testing::Test {
 protected:
  NoiseLevels() {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < n_coeff * n_voxel; ++i) {
      const float re = normal(random);
      values.emplace_back(re, normal(random));
    }
  }

  /// Anatomy that varies over a hundred voxels, 50 times the noise in the first coefficient and half of that in each next one.
  /// Its second differences stay below 50 (2 pi / 100)^2 = 0.2 sigma, of the sqrt(6) sigma of noise: 0.3 % in quadrature.
  void add_smooth_anatomy() {
    for (std::size_t k = 0; k < n_coeff; ++k)
      for (std::size_t v = 0; v < n_voxel; ++v) {
        const auto x = static_cast<float>(v % 40), y = static_cast<float>(v / 40 % 30);
        values[k * n_voxel + v] += std::polar(50 * std::pow(0.5f, static_cast<float>(k)), 0.0628f * x + 0.05f * y);
      }
  }

  volume::CoefficientImage image() const {
    tests::write_nifti1(folder / "c.nii", {{40, 30, 6, n_coeff}, DT_COMPLEX64, tests::bytes_of(values)});
    return volume::CoefficientImage::open(folder / "c.nii");
  }

  void set(std::size_t voxel, std::complex<float> value) {
    for (std::size_t k = 0; k < n_coeff; ++k) values[k * n_voxel + voxel] = value;
  }

  static std::vector<std::size_t> every(std::size_t step) {
    std::vector<std::size_t> voxels;
    for (std::size_t v = 0; v < n_voxel; v += step) voxels.push_back(v);
    return voxels;
  }

  tests::TemporaryFolder folder;
  Complexes values;  ///< unit noise
};

TEST_F(NoiseLevels, DifferencesOfNeighboursSeeNoiseUnderSmoothAnatomy) {
  add_smooth_anatomy();
  const NoiseEstimate estimate = noise_of_neighbours(image(), volume::VoxelList::all(shape));
  ASSERT_TRUE(estimate.level) << estimate.why_not;
  EXPECT_EQ(estimate.level->source, NoiseSource::neighbours);
  EXPECT_EQ(estimate.level->n_sample, 38u * 30 * 6);
  EXPECT_NEAR(estimate.level->sigma, 1, tolerance_of_neighbours(estimate.level->n_sample) + 0.003);
}

// Seven thousand differences in 54 blocks, which three threads take in any order; some voxels are blank.
TEST_F(NoiseLevels, DoNotDependOnThreads) {
  add_smooth_anatomy();
  for (std::size_t v = 0; v < n_voxel; v += 37) set(v, 0);
  const auto all = volume::VoxelList::all(shape);
  for (const auto noise_of : {noise_of_neighbours, noise_of_patches}) {
    const NoiseLevel one = noise_of(image(), all, 1).level.value(), three = noise_of(image(), all, 3).level.value();
    EXPECT_EQ(one.sigma, three.sigma);
    EXPECT_EQ(one.n_sample, three.n_sample);
    EXPECT_EQ(one.coefficient, three.coefficient);
  }
  const auto middles = spread_blocks(volume::with_neighbours(all, shape, 0));
  EXPECT_EQ(SecondDifferences(image(), middles, 1, 1).far(0), SecondDifferences(image(), middles, 1, 3).far(0));
}

TEST_F(NoiseLevels, ScaleWithTheUnitsOfTheInput) {
  for (auto& value : values) value *= 3e-9f;
  EXPECT_NEAR(estimate_noise(image(), volume::VoxelList::all(shape)).level.value().sigma, 3e-9,
              3e-9 * tolerance_of_neighbours(38 * 30 * 6));
}

TEST_F(NoiseLevels, TheQuietestCoefficientCountsBecauseAnatomyOnlyAdds) {
  for (std::size_t k = 0; k < n_coeff; ++k)
    for (std::size_t v = 0; v < n_voxel; ++v)
      if (k != 3 && v % 2 == 0) values[k * n_voxel + v] += 20;
  const NoiseLevel level = noise_of_neighbours(image(), volume::VoxelList::all(shape)).level.value();
  EXPECT_EQ(level.coefficient, 3u);
  EXPECT_NEAR(level.sigma, 1, tolerance_of_neighbours(level.n_sample));
}

// A tenth of outliers moves the median of |x| by 0.1 / 2 of the distribution: to the 0.556 quantile of |x|, 0.765 / 0.674.
TEST_F(NoiseLevels, EdgesDoNotCount) {
  for (std::size_t v = 0; v < n_voxel; v += 40) set(v + 20, 1000);  // three of 38 differences of every line
  EXPECT_LT(estimate_noise(image(), volume::VoxelList::all(shape)).level.value().sigma,
            1.14 + tolerance_of_neighbours(38 * 30 * 6));
}

// Patches have five times the tolerance of their chi-square: 8 directions of at least 3000 voxels, which overlapping patches
// share (patch_spectra_test.cpp), and what the cut of the spectrum takes, 1.5 %.
TEST_F(NoiseLevels, BlankAndBrokenVoxelsDoNotCount) {
  for (std::size_t v = 0; v < n_voxel; v += 10) set(v, 0);
  for (std::size_t v = 5; v < n_voxel; v += 20) set(v, std::numeric_limits<float>::quiet_NaN());
  const NoiseLevel level = noise_of_neighbours(image(), volume::VoxelList::all(shape)).level.value();
  EXPECT_LT(level.n_sample, 38u * 30 * 6);
  EXPECT_NEAR(level.sigma, 1, tolerance_of_neighbours(level.n_sample));
  const NoiseLevel of_patches = estimate_noise(image(), volume::VoxelList::all(shape)).level.value();
  EXPECT_EQ(of_patches.source, NoiseSource::patches);
  EXPECT_LE(of_patches.n_sample, n_voxel - n_voxel / 10 - n_voxel / 20);
  EXPECT_NEAR(of_patches.sigma, 1, 5 / std::sqrt(2.0 * 8 * 3000) + 0.015);
}

TEST_F(NoiseLevels, AMaskWithoutNeighboursIsMeasuredOnItsBackground) {
  for (const std::size_t v : every(4)) set(v, 70);
  const NoiseEstimate estimate = estimate_noise(image(), every(4));
  ASSERT_TRUE(estimate.level) << estimate.why_not;
  EXPECT_EQ(estimate.level->source, NoiseSource::background);
  EXPECT_EQ(estimate.level->n_sample, n_voxel - n_voxel / 4);
  EXPECT_NEAR(estimate.level->sigma, 1, tolerance_of_background(estimate.level->n_sample));
}

// What can only be read from its beginning takes another way to its voxels.
TEST_F(NoiseLevels, ACompressedImageHasTheSameNoise) {
  const volume::CoefficientImage plain = image();
  tests::gzip(folder / "c.nii", folder / "c.nii.gz");
  const auto compressed = volume::CoefficientImage::open(folder / "c.nii.gz");
  EXPECT_EQ(estimate_noise(compressed, volume::VoxelList::all(shape)).level.value().sigma,
            estimate_noise(plain, volume::VoxelList::all(shape)).level.value().sigma);
  EXPECT_EQ(noise_of_background(compressed, every(4)).level.value().sigma,
            noise_of_background(plain, every(4)).level.value().sigma);
}

TEST_F(NoiseLevels, ABackgroundWithAnatomyIsRefusedAndNeighboursAnywhereStepIn) {
  add_smooth_anatomy();
  EXPECT_EQ(noise_of_background(image(), every(4)).why_not, "a background that is not noise alone");
  const NoiseLevel level = estimate_noise(image(), every(4)).level.value();
  EXPECT_EQ(level.source, NoiseSource::neighbours);
  EXPECT_NEAR(level.sigma, 1, tolerance_of_neighbours(level.n_sample) + 0.003);
}

TEST_F(NoiseLevels, AZeroFilledBackgroundIsRefused) {
  for (std::size_t v = 0; v < n_voxel; ++v)
    if (v % 4 == 1) set(v, 0);
  EXPECT_EQ(noise_of_background(image(), every(4)).why_not, "a background that is zero-filled");
}

TEST_F(NoiseLevels, AListOfVoxelsHasNoNeighbours) {
  for (const tests::Extents& extents : {tests::Extents{n_voxel, 1, 1, n_coeff}, tests::Extents{1, n_voxel, 1, n_coeff}}) {
    tests::write_nifti1(folder / "list.nii", {extents, DT_COMPLEX64, tests::bytes_of(values)});
    const auto list = volume::CoefficientImage::open(folder / "list.nii");
    const NoiseEstimate estimate = estimate_noise(list, volume::VoxelList::all(list.grid().shape));
    EXPECT_FALSE(estimate.level);
    EXPECT_NE(estimate.why_not.find("a list of voxels has no neighbours"), std::string::npos) << estimate.why_not;
  }
}

// Signal of 50, 25, ... times the noise that is drawn anew in every voxel, as in a list of tissues that was reshaped.
TEST_F(NoiseLevels, VoxelsThatAreNoMoreAlikeThanDistantOnesPutTheLevelInDoubt) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (std::size_t v = 0; v < n_voxel; ++v)
    for (std::size_t k = 0; k < n_coeff; ++k)
      values[k * n_voxel + v] += 50 * std::pow(0.5f, static_cast<float>(k)) * normal(random);
  const NoiseEstimate estimate = estimate_noise(image(), volume::VoxelList::all(shape));
  EXPECT_NE(estimate.doubt.find("differ as much as distant ones"), std::string::npos);
}

TEST_F(NoiseLevels, OneCoefficientThatIsMuchQuieterThanAllOthersPutsTheLevelInDoubt) {
  add_smooth_anatomy();
  for (std::size_t v = 0; v < n_voxel; ++v) values[2 * n_voxel + v] *= 1e-3f;
  EXPECT_NE(estimate_noise(image(), volume::VoxelList::all(shape)).doubt.find("may be far too low"), std::string::npos);
}

TEST_F(NoiseLevels, NoiseAloneAndAnatomyAreNotInDoubt) {
  EXPECT_EQ(estimate_noise(image(), volume::VoxelList::all(shape)).doubt, "");
  add_smooth_anatomy();
  EXPECT_EQ(estimate_noise(image(), volume::VoxelList::all(shape)).doubt, "");
}

TEST_F(NoiseLevels, AFlatImageHasNoNoise) {
  for (std::size_t v = 0; v < n_voxel; ++v) set(v, {3, 4});
  const NoiseEstimate estimate = estimate_noise(image(), volume::VoxelList::all(shape));
  EXPECT_FALSE(estimate.level);
  EXPECT_NE(estimate.why_not.find("neighbouring voxels do not differ"), std::string::npos) << estimate.why_not;
}

TEST_F(NoiseLevels, AFewVoxelsAreTooFew) {
  const Complexes few(values.begin(), values.begin() + 4 * 5 * 2 * n_coeff);
  tests::write_nifti1(folder / "few.nii", {{4, 5, 2, n_coeff}, DT_COMPLEX64, tests::bytes_of(few)});
  const auto image = volume::CoefficientImage::open(folder / "few.nii");
  const NoiseEstimate estimate = estimate_noise(image, volume::VoxelList::all({4, 5, 2}));
  EXPECT_FALSE(estimate.level);
  EXPECT_NE(estimate.why_not.find("fewer than 300 voxels"), std::string::npos) << estimate.why_not;
}

}  // namespace
}  // namespace crbrt::map
