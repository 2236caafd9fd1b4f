// SPDX-License-Identifier: Apache-2.0
// What a basis loses: bounds of compressed fingerprints against those of the same tissues, simulated again.
#include "tools/evaluation/basis_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "physics/basis_builder.h"
#include "physics/bound_factor.h"
#include "physics/simulator.h"
#include "tools/evaluation/grid.h"

namespace crbrt::evaluation {
namespace {

TEST(BoundFactor, IsThatOfTheErrorBarAndInfiniteWhereNothingIsLeft) {
  EXPECT_EQ(physics::bound_factor(4, 9), 1.5);
  EXPECT_EQ(physics::bound_factor(4, std::numeric_limits<double>::infinity()), std::numeric_limits<double>::infinity());
  EXPECT_EQ(physics::bound_factor(4, std::nan("")), std::numeric_limits<double>::infinity());
}

class Loss : public testing::Test {
 protected:
  Loss() {
    for (int k = 0; k < 80; ++k) {
      sequence_.cycles[0].alpha_rad.push_back(k == 0 ? 3.14 : 1.6 * std::pow(std::sin(0.07 * k), 2));
      sequence_.cycles[0].trf_s.push_back(k == 0 ? 5e-4 : 1e-4 + 3e-4 * std::pow(std::sin(0.031 * k), 2));
    }
  }
  /// Points of the grids on the leading vectors of their own signals.
  physics::Dataset set_of(Eigen::Index rank) const {
    const std::vector<Grid> grids = paper_grids(4);
    std::vector<physics::Tissue> tissues;
    for (const Grid& grid : grids)
      for (std::size_t i = 0; i < 16; ++i) tissues.push_back(grid.tissue(i % 4, i / 4));
    physics::Signals signals;
    physics::Simulator(sequence_, physics::TissueDomain::of(tissues)).simulate(tissues, signals);
    physics::BasisBuilder builder(80);
    builder.add(signals);
    physics::Dataset like;
    like.basis = builder.basis(static_cast<int>(rank));
    like.sequence_sha256 = physics::sha256_of(sequence_);
    like.crb.resize(7, 0);
    return simulate_grids(grids, sequence_, like, 1);
  }
  std::optional<BasisLoss> loss(const physics::Dataset& set) const {
    return basis_loss(set, targets_of({"t2_free_s"}, set, set.size(), "set"), sequence_, 100, 1);
  }

  physics::Sequence sequence_{.name = "short", .tr_s = 3.5e-3, .cycles = {physics::Cycle{}}};
};

TEST_F(Loss, FallsWithTheRankAndIsNeverAGain) {
  const BasisLoss eight = loss(set_of(8)).value(), twelve = loss(set_of(12)).value();
  EXPECT_EQ(eight.rank, 8u);
  ASSERT_EQ(eight.outputs.size(), 1u);
  EXPECT_EQ(eight.outputs[0].output, "t2_free_s");
  EXPECT_GT(eight.outputs[0].median, twelve.outputs[0].median);
  EXPECT_GE(eight.outputs[0].high, eight.outputs[0].median);
  // Fewer data never lower a bound; max_condition 1e10 times a rounding of 1e-16 for each of the two bounds.
  EXPECT_GE(twelve.outputs[0].median, 1 - 2e-6);
}

TEST_F(Loss, ASetOfAnotherSimulatorCannotBeSimulatedAgain) {
  physics::Dataset set = set_of(8);
  const Targets targets = targets_of({"t2_free_s"}, set, set.size(), "set");
  set.tissues.clear();
  set.foreign.emplace();
  EXPECT_FALSE(basis_loss(set, targets, sequence_, 100, 1).has_value());
}

TEST_F(Loss, AnotherSequenceIsNone) {
  const physics::Dataset set = set_of(8);
  sequence_.cycles[0].alpha_rad[3] += 0.01;
  EXPECT_THROW(loss(set), std::invalid_argument);
}

}  // namespace
}  // namespace crbrt::evaluation
