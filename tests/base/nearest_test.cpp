// SPDX-License-Identifier: Apache-2.0
// Misspelt names find the one that was meant.
#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace crbrt::base {
namespace {

TEST(EditDistance, CountsLettersAddedLeftOutReplacedAndSwapped) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("epochs", "epochs"), 0u);
  EXPECT_EQ(edit_distance("", "seed"), 4u);
  EXPECT_EQ(edit_distance("seed", ""), 4u);
  EXPECT_EQ(edit_distance("hiden", "hidden"), 1u);
  EXPECT_EQ(edit_distance("epochss", "epochs"), 1u);
  EXPECT_EQ(edit_distance("warmap_epochs", "warmup_epochs"), 1u);
  EXPECT_EQ(edit_distance("wieght", "weight"), 1u) << "two neighbours that changed places are one mistake";
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("sitting", "kitten"), 3u);
}

TEST(Nearest, IsTheNameWithTheFewestEditsAndTheFirstOfEquals) {
  constexpr std::array<std::string_view, 3> keys{"batch", "epochs", "seed"};
  EXPECT_EQ(nearest("epoch", keys), "epochs");
  EXPECT_EQ(nearest("speed", keys), "seed");
  EXPECT_EQ(nearest("", std::array<std::string_view, 2>{"ab", "cd"}), "ab");
  EXPECT_EQ(nearest("anything", {}), "");
}

TEST(Nearest, StandsBehindTheNameInComplaints) {
  constexpr std::array<std::string_view, 2> keys{"snr_min", "snr_max"};
  EXPECT_EQ(with_nearest("srn_max", keys), "\"srn_max\" (nearest: \"snr_max\")");
  EXPECT_EQ(with_nearest("srn_max", {}), "\"srn_max\"");
}

}  // namespace
}  // namespace crbrt::base
