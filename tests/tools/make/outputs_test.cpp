// SPDX-License-Identifier: Apache-2.0
// What is estimated, by what the prior leaves free.
#include "tools/make/outputs.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "physics/io/sequence_io.h"

namespace crbrt::make {
namespace {

constexpr double tr_s = 3.5e-3;

std::string names(const std::vector<Output>& outputs) {
  std::string text;
  for (const Output& output : outputs) text += output.name + " ";
  return text;
}

physics::Prior shipped(const char* name) {
  return physics::read_prior(std::string(CRBRT_SOURCE_DIR "/models/priors/") + name, tr_s);
}

TEST(Outputs, FollowTheT1ModelOfThePrior) {
  EXPECT_EQ(names(outputs_of(shipped("paper.json"), "p", {})), "m0_semi_frac t1_apparent_s t2_free_s ");
  EXPECT_EQ(names(outputs_of(shipped("invivo6.json"), "p", {})), "m0_semi_frac t1_free_s t2_free_s ");
}

TEST(Outputs, HaveTheRangeOfThePrior) {
  const std::vector<Output> outputs = outputs_of(shipped("paper.json"), "p", {});
  EXPECT_DOUBLE_EQ(outputs[0].minimum, 0);
  EXPECT_DOUBLE_EQ(outputs[0].maximum, 0.66);  // 0.12 + 6 * 0.08, and a tenth of the width
  EXPECT_NEAR(outputs[1].maximum, 7.1, 1e-9);
  EXPECT_NEAR(outputs[2].maximum, 1.5, 1e-9);
}

TEST(Outputs, ARateWhoseTimeThePriorDescribesHasTheRangeOfRates) {
  physics::Prior prior = shipped("paper.json");
  auto& m = prior.classes.front().marginal[static_cast<std::size_t>(physics::Parameter::r2_free_hz)];
  m = {physics::Marginal::Kind::uniform, 0, 0, 0.02, 0.1, true};
  const Output rate = outputs_of(prior, "p", {"r2_free_hz"}).front(), time = outputs_of(prior, "p", {"t2_free_s"}).front();
  EXPECT_NEAR(rate.minimum, 6, 1e-9);  // 10 to 50 /s, a tenth of the width to either side
  EXPECT_NEAR(rate.maximum, 54, 1e-9);
  EXPECT_NEAR(time.minimum, 0.012, 1e-9);
  EXPECT_NEAR(time.maximum, 0.11, 1e-9);
}

TEST(Outputs, WhatThePriorFixesIsLeftOutAndRefusedWhereItIsAskedFor) {
  physics::Prior prior = shipped("paper.json");
  prior.classes.front().marginal[0] = {physics::Marginal::Kind::fixed, 0.1, 0, 0.1, 0.1, false};
  EXPECT_EQ(names(outputs_of(prior, "p", {})), "t1_apparent_s t2_free_s ");
  EXPECT_THROW(outputs_of(prior, "p", {"m0_semi_frac"}), base::DisagreementError);
}

TEST(Outputs, ANameThatIsNoneOrOfTheOtherModelIsRefused) {
  for (const char* name : {"t2_fre_s", "t1_free_s", "omega0_cycles_per_tr"})
    EXPECT_THROW(outputs_of(shipped("paper.json"), "p", {name}), base::UsageError) << name;
}

simulate::ForeignHead dictionary() {
  simulate::ForeignHead head;
  head.path = "d.h5";
  head.names = {"T1", "shift", "TI", "gain"};
  head.unknowns = {"shift", "T1", "gain"};
  head.parameters.resize(4, 3);
  head.parameters << 400, 2000, 900, -5, 15, 0, 20, 30, 40, 1, 1, 1;
  return head;
}

TEST(Outputs, OfADictionaryAreItsUnknownsThatVaryInTheRangeOfItsRows) {
  simulate::ForeignHead head = dictionary();
  const std::vector<Output> outputs = outputs_of(head, {});
  EXPECT_EQ(names(outputs), "shift T1 ");
  EXPECT_NEAR(outputs[0].minimum, -7, 1e-9);  // a tenth of 20 to either side
  EXPECT_NEAR(outputs[0].maximum, 17, 1e-9);
  EXPECT_NEAR(outputs[1].minimum, 240, 1e-9);   // 400 - 160
  EXPECT_NEAR(outputs[1].maximum, 2200, 1e-9);  // 2160 in two digits
  // A row with a number that is none is dropped later.
  head.parameters(0, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NEAR(outputs_of(head, {"T1"}).front().maximum, 950, 1e-9);
}

TEST(Outputs, WhatADictionaryCannotTeachIsRefused) {
  for (const char* name : {"TI", "gain", "T2"}) EXPECT_THROW(outputs_of(dictionary(), {name}), base::DisagreementError) << name;
  simulate::ForeignHead constant = dictionary();
  constant.parameters.setOnes();
  EXPECT_THROW(outputs_of(constant, {}), base::DisagreementError);
}

}  // namespace
}  // namespace crbrt::make
