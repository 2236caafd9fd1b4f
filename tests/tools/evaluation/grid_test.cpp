// SPDX-License-Identifier: Apache-2.0
// Test set 2: its axes, its tissues, its bounds, its cache, and the maps that are made of it.
#include "tools/evaluation/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "physics/basis.h"
#include "physics/basis_builder.h"
#include "physics/crb.h"
#include "physics/simulator.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/evaluation/linear_model.h"

namespace crbrt::evaluation {
namespace {

TEST(Grid, AxesAreThoseOfTheIssueAndEndExactly) {
  const auto grids = paper_grids();
  ASSERT_EQ(grids.size(), 2u);
  for (const Grid& grid : grids) {
    EXPECT_EQ(grid.size(), 64u * 64u);
    EXPECT_EQ(grid.x.value(0), 0.3);
    EXPECT_EQ(grid.x.value(63), 3);
  }
  EXPECT_EQ(grids[0].y.value(0), 0);
  EXPECT_EQ(grids[0].y.value(63), 0.35);
  EXPECT_EQ(grids[1].y.value(0), 0.01);
  EXPECT_EQ(grids[1].y.value(63), 0.3);
  EXPECT_NEAR(grids[1].x.value(21), 0.3 + 2.7 * 21 / 63, 1e-15 * 3);
}

TEST(Grid, OtherParametersAreTheNominalMeans) {
  const auto grids = paper_grids();
  const physics::Tissue m0s = grids[0].tissue(63, 63), t2 = grids[1].tissue(0, 63);
  EXPECT_EQ(m0s.values(), (std::array<double, 8>{0.35, 1 / 3.0, 10, 44, 1 / 3.0, 10e-6, 0, 1}));
  EXPECT_EQ(t2.values(), (std::array<double, 8>{0.12, 1 / 0.3, 1 / 0.3, 44, 1 / 0.3, 10e-6, 0, 1}));
}

/// A short sequence, and a data set of no fingerprints on a basis of rank 8 of it (on resonance real and imaginary parts know
/// nothing of each other, and Re M0 and six tissue parameters need at least 7).
struct Problem {
  physics::Sequence sequence{.name = "short", .tr_s = 3.5e-3, .cycles = {physics::Cycle{}}};
  physics::Dataset like;

  Problem() {
    for (int k = 0; k < 80; ++k) {
      sequence.cycles[0].alpha_rad.push_back(k == 0 ? 3.14 : 1.6 * std::pow(std::sin(0.07 * k), 2));
      sequence.cycles[0].trf_s.push_back(k == 0 ? 5e-4 : 1e-4 + 3e-4 * std::pow(std::sin(0.031 * k), 2));
    }
    std::vector<physics::Tissue> tissues;
    for (const Grid& grid : paper_grids(4))
      for (std::size_t i = 0; i < 16; ++i) tissues.push_back(grid.tissue(i % 4, i / 4));
    physics::Signals signals;
    physics::Simulator(sequence, physics::TissueDomain::of(tissues)).simulate(tissues, signals);
    physics::BasisBuilder builder(80);
    builder.add(signals);
    like.basis = builder.basis(8);
    like.basis_sha256 = physics::sha256_of(like.basis);
    like.sequence_sha256 = physics::sha256_of(sequence);
    like.sequence_name = "short";
    like.tr_s = 3.5e-3;
    like.crb.resize(7, 0);
  }
};

TEST(SimulateGrids, PointsCarryTheirBoundsAndThoseWithoutOneAreMarked) {
  const Problem problem;
  const auto grids = paper_grids(4);
  const physics::Dataset set = simulate_grids(grids, problem.sequence, problem.like, 2);
  ASSERT_EQ(set.size(), 32u);
  for (Eigen::Index i = 0; i < 4; ++i) EXPECT_TRUE(std::isinf(set.crb(0, i))) << "m0s = 0 says nothing about the exchange";
  const std::vector<physics::Tissue> one{grids[1].tissue(2, 1)};
  physics::Signals c, jacobian;
  physics::Simulator(problem.sequence, physics::TissueDomain::of(set.tissues))
      .simulate_projected(one, problem.like.basis, c, jacobian);
  const physics::Bounds bounds = physics::cramer_rao_bound(c.col(0), jacobian, physics::T1Model::apparent);
  const Eigen::Index column = 16 + 1 * 4 + 2;
  ASSERT_TRUE(bounds.condition <= physics::max_condition) << bounds.condition;
  // Other neighbours in the simulator's lanes: equal to its rounding, which the condition number amplifies.
  EXPECT_LT((set.coefficients.col(column) - c.col(0)).norm(), 1e-12 * c.norm());
  EXPECT_NEAR(set.crb(0, column) / bounds.crb[0], 1, 1e-15 * bounds.condition * 10);
  ASSERT_EQ(set.signal_per_m0_crb.value().size(), 32);
  EXPECT_NEAR((*set.signal_per_m0_crb)[column] / bounds.signal_per_m0_crb, 1, 1e-15 * bounds.condition * 10);
  for (Eigen::Index i = 0; i < 32; ++i) EXPECT_EQ(std::isinf((*set.signal_per_m0_crb)[i]), std::isinf(set.crb(0, i))) << i;
}

TEST(CachedGrids, AreReadBackAndRefusedWhereTheyBelongToSomethingElse) {
  const tests::TemporaryFolder folder;
  const Problem problem;
  const auto grids = paper_grids(4);
  const std::string cache = folder / "grid.h5";
  EXPECT_THROW(cached_grids(cache, grids, nullptr, problem.like, 1), base::UsageError);
  const physics::Dataset made = cached_grids(cache, grids, &problem.sequence, problem.like, 1);
  ASSERT_TRUE(std::filesystem::exists(cache));
  const physics::Dataset read = cached_grids(cache, grids, nullptr, problem.like, 1);
  EXPECT_EQ(made.coefficients, read.coefficients);
  EXPECT_EQ(made.signal_per_m0_crb, read.signal_per_m0_crb);
  EXPECT_TRUE(((made.crb.array() == read.crb.array()) || (made.crb.array().isNaN() && read.crb.array().isNaN())).all());
  EXPECT_THROW(cached_grids(cache, paper_grids(5), nullptr, problem.like, 1), base::InputError);
  Problem other;
  other.like.basis = Eigen::MatrixXd(problem.like.basis.real().cast<float>().cast<double>());
  other.like.basis_sha256 = physics::sha256_of(other.like.basis);
  EXPECT_EQ(cached_grids(cache, grids, nullptr, other.like, 1).coefficients, read.coefficients);  // the same basis
  other.like.basis = Eigen::MatrixXd(-problem.like.basis.real());
  other.like.basis_sha256 = physics::sha256_of(other.like.basis);
  EXPECT_THROW(cached_grids(cache, grids, nullptr, other.like, 1), base::InputError);
}

TEST(CachedGrids, AFlippedBitIsRecognisedAndTheGridsAreMadeAgain) {
  const tests::TemporaryFolder folder;
  const Problem problem;
  const auto grids = paper_grids(4);
  const std::string cache = folder / "grid.h5";
  const physics::Dataset made = cached_grids(cache, grids, &problem.sequence, problem.like, 1);
  const std::string whole = tests::content_of(cache);
  // In a coefficient, which HDF5 reads as well as it did before.
  const double first = made.coefficients(0, 0).real();
  std::string number(reinterpret_cast<const char*>(&first), sizeof first), flipped = whole;
  const std::size_t at = flipped.find(number);
  ASSERT_NE(at, std::string::npos);
  flipped[at + 6] = static_cast<char>(flipped[at + 6] ^ 4);
  folder.file("grid.h5", flipped);
  EXPECT_THROW(cached_grids(cache, grids, nullptr, problem.like, 1), base::InputError);
  EXPECT_EQ(tests::content_of(cache), flipped) << "there is nothing to make it again from";
  testing::internal::CaptureStderr();
  EXPECT_EQ(cached_grids(cache, grids, &problem.sequence, problem.like, 1).coefficients, made.coefficients);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("grid.h5: it is damaged, and made again"), std::string::npos);
  EXPECT_EQ(cached_grids(cache, grids, nullptr, problem.like, 1).coefficients, made.coefficients);
}

// A model that always says 0.2 has the bias 0.2 - m0s, whatever T1 is.
TEST(GridMaps, RowsAreTheSecondAxisAndUndefinedPointsAreLeftOut) {
  const LinearModel model("m0_semi_frac", 0.2f, {0, 0, 0, 0}, false);
  const std::vector<Grid> grids{paper_grids(3)[0]};  // m0s 0, 0.175, 0.35
  physics::Dataset set = equal_fingerprints(9, 1, 0, 0, 25);
  for (std::size_t i = 0; i < 9; ++i) set.tissues[i] = grids[0].tissue(i % 3, i / 3);
  for (Eigen::Index i = 0; i < 3; ++i) set.crb.col(i).setConstant(std::numeric_limits<double>::infinity());
  const auto results = measure_grids(model.program, grids, set, {.realisations = 10}, "linear");
  const GridMaps& maps = results.at(0).outputs.at(0);
  EXPECT_EQ(maps.n, 6u);
  for (Eigen::Index ix = 0; ix < 3; ++ix) {
    EXPECT_TRUE(std::isnan(maps.bias(0, ix)) && std::isnan(maps.sqrt_crb(0, ix)));
    EXPECT_NEAR(maps.bias(1, ix), 0.025, 1e-7);  // float rounding of 0.2: 1.5e-8
    EXPECT_NEAR(maps.bias(2, ix), -0.15, 1e-7);
    EXPECT_DOUBLE_EQ(maps.sqrt_crb(2, ix), 5.0 / 50);
  }
  EXPECT_NEAR(maps.mean_abs_bias, 0.0875, 1e-7);
  EXPECT_NEAR(maps.mean_std, 0, 1e-7);
}

}  // namespace
}  // namespace crbrt::evaluation
