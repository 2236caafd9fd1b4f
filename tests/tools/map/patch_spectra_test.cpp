// SPDX-License-Identifier: Apache-2.0
// The floor of spectra: of eigenvalues that are given, and of images whose anatomy is known.
#include "tools/map/patch_spectra.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <random>

#include "tests/tools/volume/image_files.h"
#include "tools/map/noise_level.h"

namespace crbrt::map {
namespace {

// 8 of 100 samples may spread by 4 sqrt(0.08) = 1.13 variances.
TEST(Floor, IsTheMeanOfTheEigenvaluesThatSpreadNoWiderThanNoise) {
  const std::vector<double> eigenvalues{1.5, 1.7, 1.9, 2.1, 2.3, 2.5, 9, 70};
  const Floor floor = floor_of(eigenvalues, 100);
  EXPECT_EQ(floor.n_noise, 6u);
  EXPECT_DOUBLE_EQ(floor.variance, 2);
  EXPECT_TRUE(floor.is_found());
}

// Each is twice the one before, as in a regularised image: two of 100 samples may spread by 0.57 variances, and spread by 2
// / 3.
TEST(Floor, IsNotFoundWhereEigenvaluesOnlyFall) {
  const std::vector<double> eigenvalues{1, 2, 4, 8, 16, 32, 64, 128};
  const Floor floor = floor_of(eigenvalues, 100);
  EXPECT_EQ(floor.n_noise, 1u);
  EXPECT_FALSE(floor.is_found());
}

TEST(Floor, OfAQuarterOfTheDirectionsIsFoundAndOfFewerIsNot) {
  std::vector<double> eigenvalues(20);
  for (std::size_t i = 0; i < 20; ++i) eigenvalues[i] = i < 5 ? 1 : std::pow(10.0, static_cast<double>(i));
  EXPECT_TRUE(floor_of(eigenvalues, 200).is_found());
  eigenvalues[4] = 10;
  EXPECT_FALSE(floor_of(eigenvalues, 200).is_found());
}

constexpr std::size_t n_coeff = 13, n_anatomy = 5;

class PatchSpectraOfImages : public testing::Test {
 protected:
  /// Unit noise on voxels |M0| e^(i phase) (mean + sum of n_anatomy directions with random weights), drawn anew in every voxel,
  /// so that every coefficient of every voxel differs from its neighbours by `strength` times the noise and more.
  void fill(const volume::Shape& shape, float strength) {
    const std::size_t n = volume::n_voxel(shape);
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    std::vector<float> mean(n_coeff), directions(n_anatomy * n_coeff);
    for (float& x : mean) x = 5 * strength * (1 + 0.2f * normal(random));
    for (float& x : directions) x = strength * normal(random);
    tests::Complexes values(n * n_coeff);
    for (std::size_t v = 0; v < n; ++v) {
      const std::complex<float> m0 = std::polar(1.0f, 0.1f * static_cast<float>(v % shape[0]));
      std::vector<float> weights(n_anatomy);
      for (float& w : weights) w = normal(random);
      for (std::size_t k = 0; k < n_coeff; ++k) {
        float signal = mean[k];
        for (std::size_t j = 0; j < n_anatomy; ++j) signal += weights[j] * directions[j * n_coeff + k];
        const float re = normal(random);
        values[k * n + v] = m0 * signal + std::complex<float>(re, normal(random));
      }
    }
    tests::write_nifti1(folder / "c.nii", {{shape[0], shape[1], shape[2], n_coeff}, DT_COMPLEX64, tests::bytes_of(values)});
  }

  volume::CoefficientImage image() const { return volume::CoefficientImage::open(folder / "c.nii"); }
  NoiseEstimate estimate(const volume::Shape& shape) const { return noise_of_patches(image(), volume::VoxelList::all(shape)); }

  tests::TemporaryFolder folder;
};

// 24 directions, 5 of anatomy and one that the phase of the reference, itself noisy, adds: 18 or 19 of noise. Of n voxels their
// mean variance is a chi-square of 18 n numbers: relative standard deviation sqrt(2 / (18 n)), half of it of sigma. n = 225 in
// one patch of a slice, all 1024 voxels in the median of overlapping ones: 0.5 % with 225, five times that. The anatomy takes
// n_anatomy of n samples out of the floor, which lowers sigma by 3 / 225 = 1.3 % at most, and a floor that is cut by its widest
// spread is low by about as much.
TEST_F(PatchSpectraOfImages, SeeTheNoiseUnderAnatomyThatVariesFromVoxelToVoxel) {
  const volume::Shape shape{32, 32, 1};
  for (const float strength : {1.0f, 10.0f, 100.0f}) {
    fill(shape, strength);
    const NoiseEstimate found = estimate(shape);
    ASSERT_TRUE(found.level) << found.why_not;
    EXPECT_EQ(found.level->source, NoiseSource::patches);
    EXPECT_NEAR(found.level->sigma, 1, 0.03) << "anatomy of " << strength;
    if (strength == 1) continue;
    const NoiseEstimate neighbours = noise_of_neighbours(image(), volume::VoxelList::all(shape));
    EXPECT_GT(neighbours.level.value().sigma, 1.1) << "every coefficient carries anatomy of " << strength;
  }
}

TEST_F(PatchSpectraOfImages, AreThoseOfBoxesOfTheListedVoxelsThatAreUsable) {
  const volume::Shape shape{20, 20, 20};
  fill(shape, 1);
  std::vector<std::size_t> half;  // x below 10: the boxes of 7 x 7 x 7 voxels at its edge hold 4 x 7 x 7
  for (std::size_t v = 0; v < 20 * 20 * 20; ++v)
    if (v % 20 < 10) half.push_back(v);
  const PatchSpectra spectra = patch_spectra(image(), half, 1);
  EXPECT_EQ(spectra.n_direction, 24u);
  EXPECT_EQ(spectra.floors.size(), 128u);
  EXPECT_LE(spectra.n_voxel, half.size());
  EXPECT_GT(spectra.n_voxel, half.size() / 2);
}

// The mask of one slice: boxes are as wide as there, in the slice, as those of an image that is one (above).
TEST_F(PatchSpectraOfImages, AreFlatWhereTheMaskIsOneSlice) {
  const volume::Shape shape{32, 32, 9};
  fill(shape, 10);
  std::vector<std::size_t> slice(32 * 32);
  std::iota(slice.begin(), slice.end(), std::size_t{4 * 32 * 32});
  const NoiseEstimate found = noise_of_patches(image(), slice);
  ASSERT_TRUE(found.level) << found.why_not;
  EXPECT_NEAR(found.level->sigma, 1, 0.03);
}

TEST_F(PatchSpectraOfImages, NeedTwoDimensions) {
  fill({400, 1, 1}, 1);
  EXPECT_TRUE(patch_spectra(image(), volume::VoxelList::all({400, 1, 1}), 1).floors.empty());
}

TEST_F(PatchSpectraOfImages, OfTooFewVoxelsThereAreNone) {
  fill({11, 13, 1}, 1);  // 143, where two thirds of 216 are 144
  EXPECT_TRUE(patch_spectra(image(), volume::VoxelList::all({11, 13, 1}), 1).floors.empty());
  fill({12, 12, 1}, 1);
  EXPECT_FALSE(patch_spectra(image(), volume::VoxelList::all({12, 12, 1}), 1).floors.empty());
}

// Waves of different lengths without noise, each coefficient half as strong as the one before: smooth, and everywhere full
// rank.
TEST_F(PatchSpectraOfImages, WithoutAFloorPutTheLevelOfNeighboursInDoubt) {
  const volume::Shape shape{32, 32, 1};
  tests::Complexes values;
  for (std::size_t k = 0; k < n_coeff; ++k)
    for (std::size_t v = 0; v < 32 * 32; ++v) {
      const float x = static_cast<float>(v % 32), y = static_cast<float>(v / 32), wave = static_cast<float>(k);
      values.push_back(std::pow(0.5f, wave) * std::complex<float>(std::cos((0.05f + 0.02f * wave) * x + 0.1f * y),
                                                                  std::sin(0.13f * x - (0.04f + 0.03f * wave) * y)));
    }
  tests::write_nifti1(folder / "c.nii", {{32, 32, 1, n_coeff}, DT_COMPLEX64, tests::bytes_of(values)});
  const NoiseEstimate found = estimate_noise(image(), volume::VoxelList::all(shape));
  ASSERT_TRUE(found.level);
  EXPECT_EQ(found.level->source, NoiseSource::neighbours);
  EXPECT_NE(found.doubt.find("have no floor"), std::string::npos) << found.doubt;
}

}  // namespace
}  // namespace crbrt::map
