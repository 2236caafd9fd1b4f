// SPDX-License-Identifier: Apache-2.0
// The search spends the budget where it buys most, never more than there is, and says when there is not enough.
#include <gtest/gtest.h>

#include <cmath>

#include "codegen/quantize/quantize_network.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

using namespace codegen;

/// plain: 8 -> 17 -> 9 -> 3; operation 0 is read by 153 multiply-adds, operation 1 by 27.
const Network& network() {
  static const Network plain = folded(load_file(plain_spec()).network);
  return plain;
}

Verdict sum_of(const Widths& widths, double first, double second) {
  return {(widths[0] == Number::u8 ? first : 0) + (widths[1] == Number::u8 ? second : 0), 0};
}

TEST(Search, TakesBytesEverywhereWhereTheBudgetHolds) {
  int calls = 0;
  const Choice choice = cheapest_within(network(), {}, [&](const Widths& w) { return ++calls, sum_of(w, 0.004, 0.005); });
  EXPECT_EQ(choice.widths, all_widths(network(), Number::u8));
  EXPECT_EQ(calls, 1);
}

TEST(Search, PrefersTheOperationThatSavesMostForItsCost) {
  const auto first = cheapest_within(network(), {}, [](const Widths& w) { return sum_of(w, 0.009, 0.009); });
  EXPECT_EQ(first.widths, (Widths{Number::u8, Number::s16, Number::s32}));
  EXPECT_EQ(macs_in_u8(network(), first.widths), 153u);
  const auto second = cheapest_within(network(), {}, [](const Widths& w) { return sum_of(w, 0.02, 0.009); });
  EXPECT_EQ(second.widths, (Widths{Number::s16, Number::u8, Number::s32}));
  EXPECT_DOUBLE_EQ(second.verdict.loss_rise, 0.009);
}

TEST(Search, TheBiasHasABudgetOfItsOwn) {
  const auto choice = cheapest_within(network(), {}, [](const Widths& w) { return Verdict{0, w[0] == Number::u8 ? 0.06 : 0}; });
  EXPECT_EQ(choice.widths, (Widths{Number::s16, Number::u8, Number::s32}));
}

TEST(Search, ABudgetThatNothingHoldsGivesSixteenBitsAndSaysSo) {
  const Budget budget{.loss_rise = 1e-6};
  const Choice choice = cheapest_within(network(), budget, [](const Widths& w) {
    return Verdict{w[0] == Number::u8 ? 1 : 1e-3, 0};
  });
  EXPECT_EQ(choice.widths, all_widths(network(), Number::s16));
  EXPECT_FALSE(budget.holds(choice.verdict));
  EXPECT_FALSE(budget.holds({std::nan(""), 0}));
}

}  // namespace
}  // namespace crbrt::tests
