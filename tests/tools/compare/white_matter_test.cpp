// SPDX-License-Identifier: Apache-2.0
// Erosion at the edges of mask and grid, and the third with the lowest coefficient ratio.
#include "tools/compare/white_matter.h"

#include <gtest/gtest.h>

#include <complex>
#include <string>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::compare {
namespace {

using Indices = std::vector<std::size_t>;

Indices all(std::size_t n) {
  Indices v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = i;
  return v;
}

TEST(Eroded, KeepsTheMiddleOfAFullSlice) {
  EXPECT_EQ(eroded(all(49), {7, 7, 1}, 3), Indices{24});
  EXPECT_EQ(eroded(all(49), {7, 7, 1}, 0), all(49));
  EXPECT_EQ(eroded(all(49), {7, 7, 1}, 4), Indices{});
}

TEST(Eroded, AHoleEatsItsNeighbourhood) {
  Indices mask = all(25);
  mask.erase(mask.begin() + 6);  // (1, 1) of a 5x5 slice
  EXPECT_EQ(eroded(mask, {5, 5, 1}, 1), (Indices{8, 13, 16, 17, 18}));
}

TEST(Eroded, AVolumeLosesItsOuterSlices) { EXPECT_EQ(eroded(all(27), {3, 3, 3}, 1), Indices{13}); }

/// Voxels in one row of as many coefficients as `planes` has, as BART writes them.
volume::CoefficientImage image_of(const tests::TemporaryFolder& folder,
                                  const std::vector<std::vector<std::complex<float>>>& planes) {
  folder.file("c.hdr",
              "# Dimensions\n" + std::to_string(planes[0].size()) + " 1 1 1 1 1 " + std::to_string(planes.size()) + "\n");
  std::string bytes;
  for (const auto& plane : planes) bytes.append(reinterpret_cast<const char*>(plane.data()), plane.size() * sizeof plane[0]);
  folder.file("c.cfl", bytes);
  return volume::CoefficientImage::open(folder / "c.cfl");
}

TEST(WhiteMatter, IsTheThirdWithTheSmallestThirdCoefficient) {
  // |c3| / |c1| = 0.9 0.1 0.5 0.2 0.8 nan.
  const float third[] = {0.9f, 0.1f, 0.5f, 0.2f, 0.8f, 0.0f};
  std::vector<std::vector<std::complex<float>>> planes(3, std::vector<std::complex<float>>(6, 0));
  for (std::size_t v = 0; v < 6; ++v) {
    planes[0][v] = v == 5 ? 0.0f : 2.0f;
    planes[2][v] = {0, 2 * third[v]};
  }
  const tests::TemporaryFolder folder;
  EXPECT_EQ(white_matter(image_of(folder, planes), all(6)), Indices{1});  // a voxel without signal is none: a third of five
}

TEST(WhiteMatter, NeedsAThirdCoefficient) {
  const tests::TemporaryFolder folder;
  for (const std::size_t n : {1, 2}) {
    try {
      white_matter(image_of(folder, std::vector<std::vector<std::complex<float>>>(n, std::vector<std::complex<float>>(6, 1))),
                   all(6));
      FAIL() << n << " accepted";
    } catch (const base::DisagreementError& error) {
      EXPECT_NE(std::string(error.what()).find("at least 3 coefficients"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace crbrt::compare
