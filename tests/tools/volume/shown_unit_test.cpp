// SPDX-License-Identifier: Apache-2.0
// A program that rounds to whole numbers still shows tissue.
#include "tools/volume/shown_unit.h"

#include <gtest/gtest.h>

#include "physics/quantity.h"

namespace crbrt::volume {
namespace {

void expect_shown(const char* output, const char* map_unit, const char* unit, double factor) {
  const ShownUnit shown = shown_unit(output, map_unit);
  EXPECT_EQ(shown.unit, unit) << output;
  EXPECT_DOUBLE_EQ(shown.factor, factor) << output;
}

TEST(ShownUnit, IsMillisecondsOfTimesAndPercentOfRatios) {
  expect_shown("t1_free_s", "s", "ms", 1000);
  expect_shown("t1_free_s", "ms", "ms", 1);  // --units ms
  expect_shown("t2_semi_s", "s", "us", 1e6);
  expect_shown("m0_semi_frac", "1", "%", 100);
  expect_shown("b1_rel", "1", "%", 100);
  expect_shown("signal_per_m0", "1", "%", 100);
}

TEST(ShownUnit, OfAStandardDeviationIsThatOfItsMap) {
  expect_shown("t1_free_s_std", "s", "ms", 1000);
  expect_shown("m0_semi_frac_std", "1", "%", 100);
}

TEST(ShownUnit, OfAllElseIsTheMaps) {
  expect_shown("omega0_rad_s", "Hz", "Hz", 1);
  expect_shown("omega0_rad_s", "rad/s", "rad/s", 1);  // beside another map of the same name
  expect_shown("r1_free_hz", "1/s", "1/s", 1);
  expect_shown("m0", "arbitrary", "arbitrary", 1);
}

TEST(ShownUnit, OfScoresAndCodesIsNotPercent) {
  for (const char* const name : {"status", "status_detail", "atypicality", "chi_square"}) expect_shown(name, "1", "1", 1);
}

TEST(ShownUnit, OfAnotherSimulatorFollowsFromItsUnit) {
  expect_shown("t9_of_another_simulator", "s", "ms", 1000);
  expect_shown("fraction_of_another_simulator", "1", "%", 100);
  expect_shown("t9_of_another_simulator", "K", "K", 1);
}

// Where the table shows a quantity in a unit, that is the one; a ratio has none there.
TEST(ShownUnit, AgreesWithTheTableOfQuantities) {
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (quantity.map.name.empty()) continue;
    const ShownUnit shown = shown_unit(quantity.key, quantity.map.unit);
    if (quantity.display.unit.empty()) continue;
    EXPECT_EQ(shown.unit, quantity.display.unit) << quantity.key;
    EXPECT_DOUBLE_EQ(shown.factor, quantity.display_per_map()) << quantity.key;
  }
}

}  // namespace
}  // namespace crbrt::volume
