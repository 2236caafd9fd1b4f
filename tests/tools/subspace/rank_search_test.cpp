// SPDX-License-Identifier: Apache-2.0
// The search for the fewest coefficients, with made-up factors.
#include "tools/subspace/rank_search.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace crbrt::subspace {
namespace {

/// Output "a" has the factor 1 + 10 / rank, "b" none; ranks 5 to 40.
RankSearch search_for(double tolerated) {
  RankSearch search;
  search.fewest = 5;
  search.factors_of = [](int rank) { return std::vector<double>{1 + 10.0 / rank, 1}; };
  search.outputs = {"a", "b"};
  search.tolerated = tolerated;
  return search;
}

TEST(RankSearch, FindsTheFewestThatAreEnough) {
  for (const int rank : {5, 6, 17, 39, 40}) {
    const RankChoice choice = fewest_enough(search_for(1 + 10.0 / rank), "file");
    EXPECT_EQ(choice.rank, rank);
    EXPECT_TRUE(choice.is_enough);
    EXPECT_EQ(warning_of(choice, {"a", "b"}, 1 + 10.0 / rank), "");
  }
}

TEST(RankSearch, WhereNoneIsEnoughTheMostIsTakenWhereThatIsAskedFor) {
  RankSearch search = search_for(1.1);
  EXPECT_THROW(fewest_enough(search, "file"), base::DisagreementError);
  search.or_most = true;
  const RankChoice choice = fewest_enough(search, "file");
  EXPECT_EQ(choice.rank, 40);
  EXPECT_FALSE(choice.is_enough);
  EXPECT_EQ(warning_of(choice, search.outputs, search.tolerated),
            "the basis loses more than a factor of 1.1 (--rank-factor), with the most coefficients that are tried, rank 40: "
            "sqrt(CRB) in median 1.250 times that of all frames for a, 1.000 times that of all frames for b");
}

TEST(RankSearch, ABasisThatLeavesAnOutputNoBoundIsNoneInAnyCase) {
  RankSearch search = search_for(1.1);
  search.or_most = true;
  search.factors_of = [](int) { return std::vector<double>{1, std::numeric_limits<double>::infinity()}; };
  EXPECT_THROW(fewest_enough(search, "file"), base::DisagreementError);
}

}  // namespace
}  // namespace crbrt::subspace
