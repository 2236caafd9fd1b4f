// SPDX-License-Identifier: Apache-2.0
// What to change next, each from its own pattern of numbers.
#include "tests/tools/verdict/evidence.h"

namespace crbrt::verdict {
namespace {

TEST(NextSteps, AGapToTheTrainingSetAsksForFingerprints) {
  Evidence e = good_model();
  e.model->own_loss = {0.95};  // 1.1 / 0.95 = 1.16
  expect_step(e, "fingerprints",
              "Train on more fingerprints (now 60000): the loss on unseen ones is up to 1.16 times that on its own.");
  e.model->own_loss = {1.01};  // 1.09
  EXPECT_EQ(find(verdict_of(e, {}), "fingerprints"), nullptr);
}

TEST(NextSteps, AFailureWithoutAGapAsksForMultiplyAdds) {
  Evidence e = good_model();
  e.model->evaluation.loss = {1.6};
  e.model->own_loss = {1.55};
  expect_step(e, "size", "Use more multiply-adds (now 16000)");
  EXPECT_EQ(find(verdict_of(e, {}), "fingerprints"), nullptr);
  e.model->own_loss.clear();
  expect_step(e, "fingerprints_or_size", "--trained-on FILE tells which");
}

TEST(NextSteps, BiasAloneAsksForTheTwinUnlessItIsOne) {
  Evidence e = good_model();
  e.model->evaluation.splits[2].bias2_over_crb = {0.7};
  expect_step(e, "bias_reduced", "Train a twin with little bias (loss bias_reduced) for T1f");
  e.model->loss_kind = "bias_reduced";
  EXPECT_EQ(find(verdict_of(e, {}), "bias_reduced"), nullptr);
}

TEST(NextSteps, ADataSetBeyondTheTrainedSnrsAsksForAWiderRange) {
  Evidence e = good_model();
  e.model->trained_snr_max = 50;
  expect_step(e, "snr", "the data set has 10 to 100, the training had 10 to 50");
}

TEST(NextSteps, DishonestErrorBarsAskForMoreHeldOutFingerprints) {
  Evidence e = good_model();
  e.model->evaluation.splits[0].coverage.within_1 = {0.6};
  expect_step(e, "held_out", "Hold out more fingerprints (validation; now 6000)");
}

TEST(NextSteps, AFailingPartAsksForThatPartOfThePrior) {
  Evidence e = good_model();
  e.model->evaluation.detail.parts[0].parts[0].loss = {5};
  expect_step(e, "prior", "T1f fails with T2f below 40 ms");
}

TEST(NextSteps, FewOrDroppedFingerprintsAndFlaggedVoxelsAreNoted) {
  Evidence e = good_model();
  e.encoding.fingerprints = 100;
  e.encoding.dropped = 5;
  e.model->evaluation.flagged = 50;
  const Verdict verdict = verdict_of(e, {});
  for (const char* rule : {"few_fingerprints", "dropped", "flagged"}) {
    ASSERT_NE(find(verdict, rule), nullptr) << rule;
    EXPECT_EQ(find(verdict, rule)->state, State::note);
  }
  EXPECT_TRUE(verdict.fit);
}

}  // namespace
}  // namespace crbrt::verdict
