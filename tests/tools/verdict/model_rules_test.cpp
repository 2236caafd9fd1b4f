// SPDX-License-Identifier: Apache-2.0
// One rule after the other on measurements made by hand: each fails when its number is spoilt, and only it.
#include <functional>

#include "tests/tools/verdict/evidence.h"

namespace crbrt::verdict {
namespace {

Evidence spoilt(const std::function<void(ModelEvidence&)>& spoil) {
  Evidence e = good_model();
  spoil(*e.model);
  return e;
}

evaluation::Split& split_at(ModelEvidence& m, double snr) {
  return *std::find_if(m.evaluation.splits.begin(), m.evaluation.splits.end(), [&](const auto& s) { return s.snr == snr; });
}

TEST(ModelRules, GoodNumbersAreFitAndNothingIsMissing) {
  const Evidence e = good_model();
  const Verdict verdict = verdict_of(e, {});
  EXPECT_TRUE(verdict.fit) << words(verdict, e);
  EXPECT_EQ(verdict.headline, "mine is fit.");
  for (const Finding& f : verdict.findings)
    EXPECT_TRUE(f.state == State::pass || f.rule == "least_squares" || f.rule == "encoded_in_class") << f.rule << f.sentence;
}

// A loss of 0.29 of estimates that do not follow the truth is the prior talking, and is praised nowhere.
TEST(ModelRules, ALossBelowOneOfThePriorsMeanIsNotFit) {
  const Evidence e = spoilt([](ModelEvidence& m) {
    m.evaluation.loss = {0.29};
    m.evaluation.detail.data_share = {0.08};
  });
  expect_failure(e, "data_share", "At SNR 50 the estimate of T1f is 8 % data and 92 % prior");
  expect_failure(e, "data_share", "its loss of 0.29 is the prior talking.");
  const Verdict verdict = verdict_of(e, {});
  EXPECT_EQ(find(verdict, "loss")->state, State::note);
  EXPECT_NE(find(verdict, "loss")->sentence.find("is no praise"), std::string::npos);
  EXPECT_EQ(verdict.headline, "mine is NOT FIT: T1f.");
}

TEST(ModelRules, ALossNearThatOfAGuessIsNotFit) {
  Evidence e = good_model();
  e.encoding.outputs[0].guess = 0.0005;  // 1.85 from SNR 10 to 100, beside a loss of 1.1
  expect_failure(e, "guess", "the loss is 1.1 from SNR 10 to 100; a constant guess without any data has 1.85.");
  e.encoding.outputs[0].guess = 0.0006;  // 2.22: 1.1 is just below half
  EXPECT_TRUE(verdict_of(e, {}).fit);
}

// The best that bound and prior allow is the mean of 1 / (1 + (5 / SNR)^2) over SNR 10 to 100: 1 - (5 / 90) (atan(20) -
// atan(2)) = 0.977; 1.5 of it is 1.466.
TEST(ModelRules, ALossFarAboveWhatBoundAndPriorAllowFails) {
  EXPECT_TRUE(verdict_of(spoilt([](ModelEvidence& m) { m.evaluation.loss = {1.46}; }), {}).fit);
  expect_failure(spoilt([](ModelEvidence& m) { m.evaluation.loss = {1.48}; }), "loss", "at most 1.47");
}

TEST(ModelRules, BiasAtTheCloserLookFails) {
  expect_failure(spoilt([](ModelEvidence& m) { split_at(m, 50).bias2_over_crb = {0.6}; }), "bias",
                 "the squared bias of T1f is 0.6 of the bound (at most 0.5)");
  EXPECT_TRUE(verdict_of(spoilt([](ModelEvidence& m) { split_at(m, 100).bias2_over_crb = {2}; }), {}).fit);
}

TEST(ModelRules, ErrorBarsThatAreTooShortOrTooLongFail) {
  expect_failure(spoilt([](ModelEvidence& m) { split_at(m, 20).coverage.within_1 = {0.62}; }), "within_1_std",
                 "too short: at SNR 20 62 % of true values lie within one standard deviation (65 to 71 %)");
  expect_failure(spoilt([](ModelEvidence& m) { split_at(m, 100).coverage.within_2 = {0.98}; }), "within_2_std",
                 "too long: at SNR 100 98 % of true values lie within two standard deviations (93 to 97 %)");
  // Half a percent beyond the goal is chance where the standard error is half a percent.
  EXPECT_TRUE(verdict_of(spoilt([](ModelEvidence& m) {
                           split_at(m, 20).coverage.within_1 = {0.645};
                           split_at(m, 20).coverage.within_1_error = {0.005};
                         }),
                         {})
                  .fit);
  // SNR 10 is outside the range of this data set.
  Evidence e = spoilt([](ModelEvidence& m) { split_at(m, 10).coverage.within_1 = {0.1}; });
  e.snr_min = 20;
  EXPECT_TRUE(verdict_of(e, {}).fit);
}

TEST(ModelRules, APartThatFailsIsNamedInTheUsersUnits) {
  expect_failure(spoilt([](ModelEvidence& m) { m.evaluation.detail.parts[0].parts[4].loss = {4.1}; }), "worst_part",
                 "T1f fails with T2f above 100 ms: loss 4.1 at SNR 50, 1.1 on the whole");
  EXPECT_TRUE(verdict_of(spoilt([](ModelEvidence& m) { m.evaluation.detail.parts[0].parts[4].loss = {3.9}; }), {}).fit);
}

// 0.15 s are 0.3 widths. Over the bound the bias might be small: that is the trap of a train that encodes little. Of the grid's
// T2f of 10, 107, 203 and 300 ms only one lies within the 20 to 120 ms of the prior.
TEST(ModelRules, BiasOnAGridIsMeasuredInWidthsOfThePriorAndWithinIt) {
  Evidence e = good_model();
  Eigen::ArrayXXd& bias = e.model->grids[0].outputs[0].bias;
  bias.row(0).setConstant(100);
  bias.row(3).setConstant(-100);
  EXPECT_TRUE(verdict_of(e, {}).fit);
  bias.row(1).setConstant(-0.15);
  expect_failure(
      e, "grid",
      "On the grid of T1 and T2f (4 points within the prior) T1f is off by 150 ms on average, 0.3 widths of the prior (at "
      "most 0.25).");
  e.encoding.parts[0].parts.back().high = 0.1;
  EXPECT_EQ(find(verdict_of(e, {}), "grid")->state, State::not_measured);
}

TEST(ModelRules, GoalsOfAFileReplaceTheDefaultsForTheOutputTheyName) {
  Goals goals;
  goals.all.loss_at_snr = {{100, 1}};
  expect_failure(good_model(), "loss_at_snr", "The loss of T1f at SNR 100 is 1.1 (at most 1).", goals);
  goals.outputs = {{"t1_free_s", {}}};
  goals.outputs[0].second.loss = 1.2;
  EXPECT_TRUE(verdict_of(good_model(), goals).fit);
  goals.outputs[0].second.loss = 1.05;
  expect_failure(good_model(), "loss", "at most 1.05", goals);
}

TEST(ModelRules, WhatWasNotMeasuredIsSaidWithTheWayToMeasureIt) {
  Evidence e = spoilt([](ModelEvidence& m) {
    m.grids.clear();
    m.nlls.reset();
    m.own_loss.clear();
    m.evaluation.has_uncertainty = false;
  });
  e.basis.reset();
  e.encoding.is_prior_known = false;
  const Verdict verdict = verdict_of(e, {});
  for (const char* rule : {"grid", "least_squares", "gap", "within_1_std", "within_2_std", "basis", "encoded_in_class"}) {
    ASSERT_NE(find(verdict, rule), nullptr) << rule;
    EXPECT_EQ(find(verdict, rule)->state, State::not_measured) << rule;
    EXPECT_TRUE(find(verdict, rule)->sentence.starts_with("not measured: ")) << rule;
  }
  EXPECT_NE(words(verdict, e).find("Not measured:\n"), std::string::npos);
  EXPECT_EQ(json(verdict, e, {})["not_measured"].size(), 7u);
}

TEST(ModelRules, TheJsonHoldsTheNumberBehindEverySentence) {
  const Evidence e = good_model();
  const base::Json document = json(verdict_of(e, {}), e, {});
  EXPECT_EQ(document["kind"], "crbrt-verdict");
  EXPECT_TRUE(document["fit"].boolean());
  for (const base::Json& finding : document["findings"].items()) {
    if (finding["state"] == "pass") {
      EXPECT_FALSE(finding["measured"].is_null() || finding["goal"].is_null()) << finding;
    }
  }
  EXPECT_EQ(document["outputs"]["t1_free_s"]["measured"]["snr"]["50"]["bias2_over_crb"], 0.2);
  EXPECT_EQ(document["outputs"]["t1_free_s"]["bounds"]["snr"]["50"]["sqrt_crb"], 0.05);
  EXPECT_EQ(document["outputs"]["t1_free_s"]["parts"]["t2_free_s"]["parts"].size(), 5u);
  EXPECT_EQ(document["goals"]["within_1_std"].at(0), 0.65);
}

}  // namespace
}  // namespace crbrt::verdict
