// SPDX-License-Identifier: Apache-2.0
// Round ends of an axis, by hand.
#include "base/number_text.h"

#include <gtest/gtest.h>

namespace crbrt::base {
namespace {

TEST(NiceCeiling, IsTheNextOfOneTwoFive) {
  EXPECT_DOUBLE_EQ(nice_ceiling(1), 1);
  EXPECT_DOUBLE_EQ(nice_ceiling(1.01), 2);
  EXPECT_DOUBLE_EQ(nice_ceiling(3e-4), 5e-4);
  EXPECT_DOUBLE_EQ(nice_ceiling(700), 1000);
}

}  // namespace
}  // namespace crbrt::base
