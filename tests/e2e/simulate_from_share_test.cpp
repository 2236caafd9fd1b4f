// SPDX-License-Identifier: Apache-2.0
// Shares of a dictionary, bases alone, and the choice of a rank: what crbrt-make builds on.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "physics/crb.h"
#include "tests/e2e/dictionary.h"

namespace crbrt::tests {
namespace {

using physics::Dataset;

using Parameters = std::set<std::pair<double, double>>;

Parameters parameters_of(const Dataset& set) {
  Parameters all;
  for (const auto& column : set.foreign->values.colwise()) all.emplace(column[0], column[1]);
  return all;
}

TEST_F(SimulateFrom, SharesNeverOverlapAndAreTheFileTogether) {
  const Dictionary d = grid();
  Parameters together;
  std::size_t n = 0;
  for (const char* share : {"0:0.5", "0.5:0.8", "0.8:1"}) {
    const Dataset set = made(d, std::string("--rank 5 --share ") + share);
    n += set.size();
    together.merge(parameters_of(set));
    EXPECT_NE(set.provenance.find(share), std::string::npos) << set.provenance;
  }
  EXPECT_EQ(n, 300u);
  EXPECT_EQ(together, parameters_of(made(d)));
}

TEST_F(SimulateFrom, AShareIsARandomPartAndNoRunOfRows) {
  const Dataset set = made(grid(), "--rank 5 --share 0:0.5");
  // Five standard deviations of a binomial: 5 * sqrt(300 / 4) = 43.
  EXPECT_NEAR(static_cast<double>(set.size()), 150, 43);
  std::set<double> t1, t2;
  for (const auto& [a, b] : parameters_of(set)) t1.insert(a), t2.insert(b);
  EXPECT_EQ(t1.size(), 20u);  // each value of the grid; that one of 15 or 20 fingerprints is missing is below 1e-3
  EXPECT_EQ(t2.size(), 15u);
}

TEST_F(SimulateFrom, ARowBelongsToAShareByItsNumberAlone) {
  Dictionary d = grid();
  const Parameters before = parameters_of(made(d, "--rank 5 --share 0:0.5"));
  // What is dropped does not move the others, and what is there twice is in one share alone.
  d.signals(3, 0) = std::numeric_limits<double>::quiet_NaN();
  const auto second = d.parameters.cols() - 1;
  const std::pair<double, double> replaced{d.parameters(0, second), d.parameters(1, second)};
  d.parameters.col(second) = d.parameters.col(1);
  d.signals.col(second) = d.signals.col(1);
  d.jacobian.rightCols(2) = d.jacobian.middleCols(2, 2);
  Parameters expected = before;
  expected.erase({d.parameters(0, 0), d.parameters(1, 0)});
  expected.erase(replaced);
  const Dataset low = made(d, "--rank 5 --share 0:0.5"), high = made(d, "--rank 5 --share 0.5:1");
  EXPECT_EQ(parameters_of(low), expected);
  EXPECT_EQ(low.size() + high.size(), 298u);
}

TEST_F(SimulateFrom, TheBasisAloneIsThatOfASet) {
  const Dictionary d = grid();
  const Dataset whole = made(d, "--rank 5 --share 0:0.9 --basis-kind crb");
  std::filesystem::remove(folder_ / "set.h5");
  const Outcome outcome = from(write(d), "--rank 5 --share 0:0.9 --basis-kind crb --basis-only", "basis.h5");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("basis of 5 coefficients for 24 frames"), std::string::npos) << outcome.text;
  const Dataset rest = made(d, "--share 0.9:1 --basis " + (folder_ / "basis.h5"));
  EXPECT_EQ(rest.basis_sha256, whole.basis_sha256);
  EXPECT_EQ(rest.sequence_sha256, whole.sequence_sha256);
}

TEST_F(SimulateFrom, TheRankThatIsChosenKeepsTheBoundsAndOneLessDoesNot) {
  const Dictionary d = grid();
  for (const char* kind : {"svd", "crb"}) {
    const std::string options = std::string("--basis-kind ") + kind + " --rank ";
    const Dataset chosen = made(d, options + "auto --rank-factor 1.03 --outputs T2");
    EXPECT_NE(text_.find("times that of all frames for T2"), std::string::npos) << text_;
    EXPECT_EQ(text_.find("for T1"), std::string::npos) << text_;
    const auto rank = chosen.coefficients.rows();
    ASSERT_EQ(rank, 4);
    // Over all fingerprints, where the choice looked at a fifth: the factors were 1.003 and 1.000, with one coefficient
    // less 1.17 and 1.05 (of kind crb), so that 1.03 lies clear of both.
    const auto factor = [&](const Dataset& set) {
      std::vector<double> factors;
      for (Eigen::Index i = 0; i < 300; ++i)
        factors.push_back(
            std::sqrt(set.crb(1, i) / physics::cramer_rao_bound(d.signals.col(i), d.jacobian.middleCols(2 * i, 2)).crb[1]));
      std::nth_element(factors.begin(), factors.begin() + 150, factors.end());
      return factors[150];
    };
    EXPECT_LT(factor(chosen), 1.03) << kind << ", rank " << rank;
    const Dataset fewer = made(d, options + std::to_string(rank - 1) + (kind[0] == 'c' ? " --outputs T2" : ""));
    EXPECT_GT(factor(fewer), 1.03) << kind << ", rank " << rank - 1;
  }
}

TEST_F(SimulateFrom, ARankCannotBeChosenWithoutDerivativesOrWhereThereIsABasis) {
  Dictionary d = grid();
  d.more = [&](physics::Hdf5Writer& file) {
    const Eigen::MatrixXd rows = Eigen::MatrixXd::Identity(5, n_frame);  // column by column, which is [n_frame, 5] of rows
    file.write("basis", {n_frame, 5}, rows.data());
  };
  expect_refused(d, {"--rank auto says how a basis is made", "has a /basis"}, "--rank auto", 2);
  d = grid();
  d.jacobian.resize(0, 0);
  d.crb = Eigen::MatrixXd::Constant(2, 300, 7);
  expect_refused(d, {"derivatives of every frame (/jacobian) for --rank auto (give --rank)", "bounds alone (/crb)"},
                 "--rank auto");
  expect_refused(d, {"for --basis-kind crb, found bounds alone"}, "--rank 5 --basis-kind crb");
}

}  // namespace
}  // namespace crbrt::tests
