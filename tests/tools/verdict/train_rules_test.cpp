// SPDX-License-Identifier: Apache-2.0
// What the pulse train says before any training, on bounds made by hand.
#include "tests/tools/verdict/evidence.h"

namespace crbrt::verdict {
namespace {

TEST(TrainRules, AnOutputWithASmallBoundIsEncoded) {
  const Evidence e = good_train();
  const Verdict verdict = verdict_of(e, {});
  EXPECT_TRUE(verdict.fit);
  EXPECT_EQ(
      find(verdict, "encoded")->sentence,
      "Your train encodes T1f: at SNR 50 the median Cramér-Rao bound is 50 ms (3.4 % of its value), 0.1 widths of the prior "
      "(one width is 500 ms). From SNR 10 to 100 it is 250 to 25 ms.");
  EXPECT_NE(words(verdict, e).find("T1f (t1_free_s): encoded\n"), std::string::npos) << words(verdict, e);
}

// 40 s at SNR 1 are 0.8 s, 1.6 widths: even the best estimate is 1 - 1 / (1 + 1.6^2) = 72 % prior.
TEST(TrainRules, ABoundWiderThanThePriorIsNotEncoded) {
  Evidence e = good_train();
  e.encoding.outputs[0].all.sqrt_crb = 40;
  expect_failure(
      e, "encoded",
      "Your train does not encode T1f; leave it out: at SNR 50 the median Cramér-Rao bound is 800 ms (3.4 % of its value), "
      "1.6 widths of the prior (one width is 500 ms), and even the best estimate would be 72 % prior.");
  expect_step(e, "leave_out", "Leave T1f out of the outputs");
  EXPECT_EQ(json(verdict_of(e, {}), e, {})["outputs"]["t1_free_s"]["encoded"], "not");
}

// 1.6 widths after compression by a basis that doubles the bound: 0.8 before.
TEST(TrainRules, WhatOnlyTheBasisDropsAsksForAnotherBasis) {
  Evidence e = good_train();
  e.encoding.outputs[0].all.sqrt_crb = 40;
  e.basis->outputs[0].median = 2;
  expect_step(e, "other_basis", "before compression its bound is 0.8 widths of the prior");
  EXPECT_EQ(find(verdict_of(e, {}), "leave_out"), nullptr);
}

// 17.5 s at SNR 1 are 0.7 widths at SNR 50: a share of 1 / 1.49 = 67 %.
TEST(TrainRules, ABoundBetweenHalfAWidthAndAWidthIsWeaklyEncoded) {
  Evidence e = good_train();
  e.encoding.outputs[0].all.sqrt_crb = 17.5;
  const Verdict verdict = verdict_of(e, {});
  EXPECT_TRUE(verdict.fit);
  EXPECT_NE(find(verdict, "encoded")->sentence.find("weakly"), std::string::npos);
  EXPECT_NE(find(verdict, "encoded")->sentence.find("33 % prior"), std::string::npos) << find(verdict, "encoded")->sentence;
}

TEST(TrainRules, APriorWithoutWidthLeavesNothingToEstimate) {
  Evidence e = good_train();
  e.encoding.outputs[0].all.prior.width = 0;
  expect_failure(e, "encoded", "The prior fixes T1f");
}

TEST(TrainRules, AClassWithMostFingerprintsDecidesASmallOneIsNoted) {
  Evidence e = good_train();
  evaluation::ClassBounds narrow{"brain", e.encoding.outputs[0].all};
  narrow.bounds.prior.width = 0.04;  // below the bound of 50 ms
  narrow.bounds.count = 1900;
  e.encoding.outputs[0].classes = {narrow, {"fluid", e.encoding.outputs[0].all}};
  expect_failure(e, "encoded_in_class", "brain (50 ms (3.4 % of its value), 1.25 widths of 40 ms)");
  e.encoding.outputs[0].classes[0].bounds.count = 100;
  EXPECT_TRUE(verdict_of(e, {}).fit);
  EXPECT_EQ(find(verdict_of(e, {}), "encoded_in_class")->state, State::note);
}

TEST(TrainRules, APartOfTheSpaceWithoutEncodingIsNamedInItsUnit) {
  Evidence e = good_train();
  e.encoding.parts[0].parts[0].median_sqrt_crb = {30};
  const Verdict verdict = verdict_of(e, {});
  EXPECT_TRUE(verdict.fit);
  EXPECT_EQ(find(verdict, "encoded_part")->sentence,
            "With T2f below 40 ms the train does not encode T1f: the bound is 600 ms at SNR 50, 1.2 widths of the prior.");
}

TEST(TrainRules, ABasisThatLosesInformationAsksForAnother) {
  Evidence e = good_train();
  EXPECT_EQ(find(verdict_of(e, {}), "basis")->state, State::pass);
  EXPECT_EQ(find(verdict_of(e, {}), "rank"), nullptr);
  e.basis->outputs[0].median = 1.8;
  EXPECT_EQ(find(verdict_of(e, {}), "basis")->state, State::note);
  EXPECT_TRUE(verdict_of(e, {}).fit);
  expect_step(e, "rank", "more than 13 coefficients");
  e.basis.reset();
  EXPECT_EQ(find(verdict_of(e, {}), "basis")->state, State::not_measured);
}

TEST(TrainRules, OutputsOfAnyNameAndUnitAreSpokenOfAsTheyAreCalled) {
  Evidence e = good_train();
  e.encoding.outputs[0].name = "perfusion_rate";
  e.encoding.outputs[0].unit = "ml/s";
  EXPECT_NE(
      find(verdict_of(e, {}), "encoded")->sentence.find("perfusion rate: at SNR 50 the median Cramér-Rao bound is 0.05 ml/s"),
      std::string::npos);
}

}  // namespace
}  // namespace crbrt::verdict
