// SPDX-License-Identifier: Apache-2.0
// Fingerprints of the digital brain: shared out by need, the same for any number of threads, true to the simulator.
#include "tools/phantom/library.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <numbers>

#include "tools/phantom/brain.h"

namespace crbrt::phantom {
namespace {

/// Forty pulses, ten coefficients of a cosine basis.
Physics short_physics() {
  physics::Cycle cycle{{std::numbers::pi}, {500e-6}};
  for (int k = 1; k < 40; ++k) {
    cycle.alpha_rad.push_back(0.5 + 0.4 * std::sin(0.4 * k));
    cycle.trf_s.push_back(k % 10 < 5 ? 200e-6 : 450e-6);
  }
  Eigen::MatrixXd cosines(40, 10);
  for (Eigen::Index t = 0; t < 40; ++t)
    for (Eigen::Index k = 0; k < 10; ++k)
      cosines(t, k) = std::cos(std::numbers::pi * (static_cast<double>(t) + 0.5) * static_cast<double>(k) / 40);
  cosines.colwise().normalize();
  return {.sequence = {"short", 3.5e-3, {cycle}},
          .basis = cosines,
          .estimands = {*physics::Estimand::from_name("m0_semi_frac"), *physics::Estimand::from_name("t2_free_s"),
                        *physics::Estimand::from_name("signal_per_m0")}};
}

/// A box of brain, its thirds of x white matter, grey matter and CSF.
Brain box() {
  Brain brain;
  brain.grid.shape = {12, 12, 12};
  for (std::size_t v = 0; v < 12 * 12 * 12; ++v) {
    brain.tissue.push_back(tissue_classes[v % 12 / 4]);
    brain.voxels.push_back(v);
  }
  brain.last = {11, 11, 11};
  return brain;
}

TEST(PhantomLibrary, EveryCellInUseHasEntriesAndTheOthersNone) {
  const Cells cells = assign_cells(box());
  const Library library = build_library(cells, short_physics(), 600, 3, 1);
  ASSERT_EQ(library.first_entry.size(), cells.count.size() + 1);
  for (std::size_t c = 0; c < cells.count.size(); ++c) {
    const std::size_t entries = library.first_entry[c + 1] - library.first_entry[c];
    if (cells.count[c] == 0)
      EXPECT_EQ(entries, 0u);
    else
      EXPECT_GE(entries, 4u);
  }
  EXPECT_EQ(library.truth.cols(), static_cast<Eigen::Index>(library.first_entry.back()));
}

TEST(PhantomLibrary, TruthIsWhatTheLiteratureSaysOfTheClass) {
  const Brain brain = box();
  const Cells cells = assign_cells(brain);
  const Library library = build_library(cells, short_physics(), 600, 3, 1);
  const double m0s_low[] = {0.07, 0.035, 0.007}, m0s_high[] = {0.18, 0.065, 0.013};  // 2.5 standard deviations
  for (std::size_t i = 0; i < brain.voxels.size(); ++i) {
    const auto entry = static_cast<Eigen::Index>(library.first_entry[cells.of_voxel[i]]);
    const std::size_t c = static_cast<std::size_t>(brain.tissue[brain.voxels[i]]) - 1;
    EXPECT_GE(library.truth(0, entry), m0s_low[c]);
    EXPECT_LE(library.truth(0, entry), m0s_high[c]);
  }
}

TEST(PhantomLibrary, ThreadsDoNotChangeANumber) {
  const Cells cells = assign_cells(box());
  const Library one = build_library(cells, short_physics(), 600, 3, 1),
                three = build_library(cells, short_physics(), 600, 3, 3);
  EXPECT_EQ(one.coefficients, three.coefficients);
  EXPECT_EQ(one.truth, three.truth);
  EXPECT_EQ(one.bound, three.bound);
  EXPECT_NE(one.truth, build_library(cells, short_physics(), 600, 4, 1).truth);
}

// Coefficients and norm are rounded to float: 2^-24 of each.
TEST(PhantomLibrary, TheScaleIsTheNormOfTheCoefficients) {
  const Library library = build_library(assign_cells(box()), short_physics(), 600, 3, 1);
  for (Eigen::Index i = 0; i < library.truth.cols(); ++i)
    EXPECT_NEAR(static_cast<double>(library.truth(2, i)) / library.coefficients.col(i).cast<std::complex<double>>().norm(), 1,
                2 * std::pow(2.0, -24));
}

TEST(PhantomLibrary, CoefficientsAndBoundsAreFinite) {
  const Library library = build_library(assign_cells(box()), short_physics(), 600, 3, 1);
  EXPECT_TRUE(library.coefficients.allFinite());
  EXPECT_GT(library.coefficients.colwise().norm().minCoeff(), 1e-3f);
  EXPECT_TRUE(library.bound.allFinite());
  EXPECT_GT(library.bound.minCoeff(), 0);
}

}  // namespace
}  // namespace crbrt::phantom
