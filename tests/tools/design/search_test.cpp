// SPDX-License-Identifier: Apache-2.0
// Rounds of the search: they lower the cost, an interrupted search is none, limits hold all the way.
#include "tools/design/search.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/tools/design/design_fixture.h"

namespace crbrt::design {
namespace {

void ignore(double) {}

class DesignSearch : public testing::Test, protected SmallProblem {
 protected:
  SearchState start() const { return start_of(problem, text, random_shape(problem, 1, 0)); }
  TrainCost cost_{problem, 1};
};

TEST_F(DesignSearch, ResumedFromItsStateFileEqualsTheUninterruptedSearch) {
  SearchState whole = start();
  for (int round = 0; round < 3; ++round) run_round(problem, cost_, 4, ignore, whole);
  SearchState first = start();
  run_round(problem, cost_, 4, ignore, first);
  write_state(folder / "out.state", first);
  SearchState rest = read_state(folder / "out.state", text).value();
  while (rest.n_round < 3) run_round(problem, cost_, 4, ignore, rest);
  EXPECT_EQ(rest.positions, whole.positions);
  EXPECT_EQ(rest.costs, whole.costs);
}

TEST_F(DesignSearch, TheStateOfAnotherProblemIsRefused) {
  write_state(folder / "out.state", start());
  EXPECT_THROW(read_state(folder / "out.state", text + " "), base::InputError);
}

// A bit of a digit makes a number of another: what it flips may well be a position that L-BFGS could go on from.
TEST_F(DesignSearch, AStateWithAFlippedBitIsNone) {
  const std::string path = folder / "out.state";
  write_state(path, start());
  std::string bytes = tests::content_of(path);
  for (const std::size_t at : {std::size_t{3}, bytes.size() / 2, bytes.rfind('}')}) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(read_state(folder.file("flipped.state", flipped), text).has_value()) << at;
  }
  const std::string unsealed = bytes.substr(0, bytes.rfind('}') + 2);
  EXPECT_EQ(read_state(folder.file("old.state", unsealed), text).value().positions, start().positions);
}

TEST_F(DesignSearch, TheCostFallsAndEveryTrainKeepsTheLimits) {
  SearchState state = start();
  std::vector<double> costs;
  run_round(
      problem, cost_, 12, [&](double cost) { costs.push_back(cost); }, state);
  ASSERT_GE(costs.size(), 4u);
  for (std::size_t i = 1; i < costs.size(); ++i) EXPECT_LE(costs[i], costs[i - 1]);
  EXPECT_LT(costs.back(), 0.8 * costs.front());
  for (Durations d : {Durations::continuous, Durations::whole_microseconds})
    EXPECT_EQ(why_over_limit(expand(shape_of(problem, state), problem.limits, d), problem.limits), "");
}

TEST_F(DesignSearch, SplinesThroughATrainOfOursFindItAgain) {
  Shape shape = random_shape(problem, 1, 3);
  for (double& trf : shape.trf_s) trf = std::max(trf, 3e-4);  // no pulse is lengthened by the peak of B1
  for (double& alpha : shape.alpha_rad) alpha = std::min(alpha, 0.4);
  Limits wide = problem.limits;
  wide.energy_rad2_per_s = wide.b1_rms_ut = 1e9;  // nor scaled by the energy
  const Shape found = fitted_shape(problem, expand(shape, wide, Durations::continuous));
  // The smooth maximum lengthens by (alpha / w1_max / trf)^8 / 8 < 1e-6.
  for (std::size_t i = 0; i < shape.alpha_rad.size(); ++i) EXPECT_NEAR(found.alpha_rad[i], shape.alpha_rad[i], 1e-5) << i;
  for (std::size_t i = 0; i < shape.trf_s.size(); ++i) EXPECT_NEAR(found.trf_s[i], shape.trf_s[i], 1e-4 * shape.trf_s[i]) << i;
}

TEST_F(DesignSearch, ATrainOfAnotherLengthIsNoStart) {
  Problem longer = problem;
  longer.n_pulse = 151;
  const auto sequence = expand(random_shape(longer, 1, 0), longer.limits, Durations::continuous);
  EXPECT_THROW(fitted_shape(problem, sequence), base::DisagreementError);
}

}  // namespace
}  // namespace crbrt::design
