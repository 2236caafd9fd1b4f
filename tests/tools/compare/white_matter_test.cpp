// Erosion at the edges of mask and grid, and the third with the lowest coefficient ratio.
#include "tools/compare/white_matter.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <complex>
#include <filesystem>
#include <fstream>

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

TEST(WhiteMatter, IsTheThirdWithTheSmallestThirdCoefficient) {
  // Six voxels of three coefficients as BART writes them: dimensions 6 1 1 1 1 1 3. |c3| / |c1| = 0.9 0.1 0.5 0.2 0.8 nan.
  const auto base = std::filesystem::temp_directory_path() / ("crbrt_white_matter_" + std::to_string(getpid()));
  std::ofstream(base.string() + ".hdr") << "# Dimensions\n6 1 1 1 1 1 3\n";
  const float third[] = {0.9f, 0.1f, 0.5f, 0.2f, 0.8f, 0.0f};
  std::vector<std::complex<float>> c(18, 0);
  for (int v = 0; v < 6; ++v) {
    c[v] = v == 5 ? 0.0f : 2.0f;
    c[12 + v] = {0, 2 * third[v]};
  }
  std::ofstream(base.string() + ".cfl", std::ios::binary).write(reinterpret_cast<const char*>(c.data()), 18 * sizeof c[0]);
  const auto image = volume::CoefficientImage::open(base.string() + ".cfl");
  EXPECT_EQ(white_matter(image, all(6)), Indices{1});  // a voxel without signal does not count: a third of five
  std::filesystem::remove(base.string() + ".hdr");
  std::filesystem::remove(base.string() + ".cfl");
}

}  // namespace
}  // namespace crbrt::compare
