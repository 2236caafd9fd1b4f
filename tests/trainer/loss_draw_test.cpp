// SPDX-License-Identifier: Apache-2.0
// Rows that a forward training draws by their loss.
#include "trainer/forward/loss_draw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crbrt::trainer {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(LossDraw, WithoutLossesEveryRowOnce) {
  for (const double share : {0.0, 0.6}) {
    const DrawnRows drawn = LossDraw(5, share).draw(0.9);
    EXPECT_THAT(drawn.rows, ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(drawn.weights, Each(1.0f));
  }
}

// sqrt(l) = 1, 1, 4, and 2 (the mean) for what was never seen: n p = 0.5 + 0.25 sqrt(l).
TEST(LossDraw, LargeLossesAreDrawnMoreOftenAndWeighLess) {
  LossDraw draw(4, 0.5);
  for (const std::int64_t row : {0, 1}) draw.remember(row, 1);
  draw.remember(2, 16);
  std::vector<double> times(4), weight(4);
  for (int i = 0; i < 64; ++i) {
    const DrawnRows drawn = draw.draw((i + 0.5) / 64);
    ASSERT_EQ(drawn.rows.size(), 4u);
    for (std::size_t k = 0; k < 4; ++k) {
      times[static_cast<std::size_t>(drawn.rows[k])] += 1.0 / 64;
      weight[static_cast<std::size_t>(drawn.rows[k])] += double{drawn.weights[k]} / 64;
    }
  }
  const double expected[]{0.75, 0.75, 1.5, 1};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(times[k], expected[k], 1.0 / 64) << k;       // two offsets in 64 decide
    EXPECT_NEAR(weight[k], 1, 1.0 / 64 / expected[k]) << k;  // what the mean gradient counts of every row
  }
}

TEST(LossDraw, ANewLossCountsHalf) {
  LossDraw draw(2, 0.5);
  draw.remember(1, 4);
  draw.remember(1, 2);
  EXPECT_THAT(draw.losses(), ElementsAre(-1.0f, 3.0f));
}

}  // namespace
}  // namespace crbrt::trainer
