// SPDX-License-Identifier: Apache-2.0
/// Second trials: a voxel in a wrong minimum is led out of it by the end of a neighbour, and a right one stays where it is.
#include <gtest/gtest.h>

#include <numbers>
#include <stdexcept>

#include "physics/nlls/basin.h"
#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::FitSettings;
using physics::Fitter;
using physics::T1Model;
using physics::Tissue;
using physics::VoxelFit;

constexpr double sigma = 4e-5;  // SNR 50,000: see nlls_fit_test.cpp

// The ends of the period are walls: a run from one does not get to the other.
TEST(Basins, AreNearInOmega0AndB1AndNotAcrossTheEndsOfThePeriod) {
  constexpr double tr_s = 3.5e-3, period = 2 * std::numbers::pi / tr_s;
  const auto at = [](double omega0_rad_s, double b1_rel) { return Tissue{0.2, 0.8, 12, 35, 0.8, 10e-6, omega0_rad_s, b1_rel}; };
  const Tissue own = at(0.49 * period, 1);
  const std::vector<Tissue> same{at(0.455 * period, 1), at(0.49 * period, 1.09), at(0.48 * period, 0.91)};
  for (const Tissue& tissue : same) EXPECT_TRUE(physics::is_same_basin(own, tissue, tr_s));
  EXPECT_FALSE(physics::is_same_basin(own, at(-0.49 * period, 1), tr_s));
  const std::vector<Tissue> neighbours{same[0], at(0.44 * period, 1), same[1], at(0.49 * period, 1.11), at(0.43 * period, 1)};
  const auto others = physics::of_other_basins(own, neighbours, tr_s);
  ASSERT_EQ(others.size(), 2u);  // the last is in the basin of the second
  EXPECT_EQ(others[0].values(), neighbours[1].values());
  EXPECT_EQ(others[1].values(), neighbours[3].values());
}

/// Voxels and their fits: careful ones, and careless ones from a single start out of few, some of which end in a wrong minimum.
class FitAgain : public testing::Test {
 protected:
  static constexpr std::size_t n = 32;

  static Fitter fitter_of(const FitSettings& settings) {
    const ShortTrain& train = ShortTrain::get();
    return Fitter(train.sequence, train.basis, physics::paper_fit_prior(train.sequence.tr_s), settings);
  }

  const std::vector<Tissue> tissues = brain_tissues(n, T1Model::apparent, 45);
  const Eigen::MatrixXcd data = noisy(ShortTrain::get().coefficients(tissues), std::complex<double>(-1.2, 1.6), sigma, 46);
  const FitSettings careful{.n_screened = 500, .sigma = sigma}, careless{.n_start = 1, .n_screened = 8};
  const Fitter fitter = fitter_of(careful);
  const std::vector<VoxelFit> right = fitter.fit(data), wrong = fitter_of(careless).fit(data);
};

TEST_F(FitAgain, AWrongMinimumIsLeftForThatOfANeighbourAndARightOneIsKept) {
  std::vector<std::vector<Tissue>> from_neighbour, from_wrong;
  for (std::size_t v = 0; v < n; ++v) {
    Tissue neighbour = tissues[(v + 1) % n];  // another tissue in much the same fields
    neighbour.omega0_rad_s = right[v].tissue.omega0_rad_s + 20;
    neighbour.b1_rel = right[v].tissue.b1_rel + 0.02;
    from_neighbour.push_back({neighbour});
    from_wrong.push_back({wrong[v].tissue});
  }
  const auto corrected = fitter.fit_again(data, wrong, from_neighbour), kept = fitter.fit_again(data, right, from_wrong);
  int n_wrong = 0;
  for (std::size_t v = 0; v < n; ++v) {
    n_wrong += wrong[v].residual_norm > 2 * right[v].residual_norm ? 1 : 0;
    EXPECT_LE(corrected[v].residual_norm, wrong[v].residual_norm) << "voxel " << v;
    // Each ends within 0.05 standard deviations of the minimum (nlls_fit_test.cpp).
    for (Eigen::Index u = 0; u < right[v].variance.size(); ++u)
      EXPECT_NEAR(unknown(corrected[v].tissue, T1Model::apparent, static_cast<std::size_t>(u)),
                  unknown(right[v].tissue, T1Model::apparent, static_cast<std::size_t>(u)),
                  0.1 * std::sqrt(right[v].variance[u]))
          << "voxel " << v << " unknown " << u;
    EXPECT_EQ(kept[v].tissue.values(), right[v].tissue.values()) << "voxel " << v;
    EXPECT_EQ(kept[v].residual_norm, right[v].residual_norm);
    EXPECT_EQ(kept[v].n_agree, right[v].n_agree);
    EXPECT_GT(kept[v].n_simulated, right[v].n_simulated) << "what a trial costs is not counted";
  }
  EXPECT_GE(n_wrong, 3) << "too few careless fits end in a wrong minimum to show anything";
}

// An end whose residual is that of the maximum a posteriori, but with a T2s four standard deviations of the prior from its
// mean, costs 8 sigma^2 more: by the residual alone nothing would be gained, by the posterior it is.
TEST_F(FitAgain, ThePriorOfAMaximumAPosterioriCountsAmongTheCost) {
  FitSettings settings = careful;
  settings.map_prior = true;
  const Fitter posterior = fitter_of(settings);
  const auto best = posterior.fit(data);
  std::vector<VoxelFit> unlikely = best;
  std::vector<std::vector<Tissue>> starts;
  for (VoxelFit& fit : unlikely) {
    starts.push_back({fit.tissue});
    fit.tissue.t2_semi_s = 14.9e-6;
  }
  const auto again = posterior.fit_again(data, unlikely, starts), kept = posterior.fit_again(data, best, starts);
  for (std::size_t v = 0; v < n; ++v) {
    EXPECT_NEAR(again[v].tissue.t2_semi_s, best[v].tissue.t2_semi_s, 0.1 * std::sqrt(best[v].variance[4])) << "voxel " << v;
    EXPECT_EQ(kept[v].tissue.values(), best[v].tissue.values()) << "voxel " << v;
  }
}

TEST_F(FitAgain, EndsAndStartsAreOfTheVoxels) {
  const std::vector<std::vector<Tissue>> starts(n), too_few(n - 1);
  EXPECT_THROW(fitter.fit_again(data.leftCols(n - 1), right, starts), std::invalid_argument);
  EXPECT_THROW(fitter.fit_again(data, right, too_few), std::invalid_argument);
}

}  // namespace
}  // namespace crbrt::tests
