// SPDX-License-Identifier: Apache-2.0
// crbrt-eval --verdict and --encoding as a user runs them. A train of a few pulses encodes next to nothing of most outputs; a
// network that gives the prior's mean has a loss below 1 there, which must read as bad.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "base/median.h"
#include "physics/io/dataset.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

const std::string paper_prior = CRBRT_SOURCE_DIR "/models/priors/paper.json";

class VerdictProgram : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    // 40 pulses: at SNR 50 the bounds of all three outputs are wider than the prior.
    const Outcome made = run("crbrt-simulate --sequence " + short_sequence(*folder, 40, 0.4) + " --prior " + paper_prior +
                             " --count 300 --seed 5 --rank 9 --out " + *folder / "set.h5");
    ASSERT_EQ(made.exit_code, 0) << made.text;
    const physics::Dataset set = physics::read_dataset({*folder / "set.h5"});
    fbs::ModelT model = model_for(set.basis, set.sequence_sha256, uncertain_spec());
    for (auto& output : model.outputs) {
      const Eigen::ArrayXd truth = set.target(output->name, "set.h5").value;
      output->offset = static_cast<float>(base::median({truth.begin(), truth.end()}));
      output->scale = 1e-6f;  // the data move the estimate by next to nothing
    }
    fill_estimates(model);
    write_model(*folder / "prior.crbm", model);
  }
  static void TearDownTestSuite() { delete folder; }

  static std::string eval(const std::string& more) {
    return "crbrt-eval --model " + *folder / "prior.crbm" + " --dataset " + *folder / "set.h5" + " --realisations 4 " + more;
  }
  static std::string verdict_file() { return *folder / "verdict.json"; }
  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static inline TemporaryFolder* folder = nullptr;
};

TEST_F(VerdictProgram, APriorsMeanWithALossBelowOneIsNotFitAndSaysWhy) {
  const Outcome outcome = run(eval("--prior " + paper_prior + " --verdict " + verdict_file()));
  EXPECT_EQ(outcome.exit_code, 9) << outcome.text;
  const auto json = base::Json::from_file(verdict_file());
  EXPECT_FALSE(json["fit"].boolean());
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"}) {
    EXPECT_FALSE(json["outputs"][output]["fit"].boolean()) << output;
    EXPECT_LT(std::abs(json["outputs"][output]["measured"]["snr"]["50"]["data_share"].number()), 0.01) << output;
  }
  EXPECT_LT(json["outputs"]["t2_free_s"]["measured"]["loss"].number(), 1);  // which would read as superb
  EXPECT_EQ(json["outputs"]["t2_free_s"]["encoded"], "not");
  for (const char* part : {"is NOT FIT: m0s, T1, T2f.", "Your train does not encode T2f; leave it out", "is the prior talking",
                           "is no praise", "It hardly uses the data", "Leave T2f out of the outputs"})
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part << '\n' << outcome.text;
}

TEST_F(VerdictProgram, TheBasisOfTheTrainingSetMayBeRoundedAndNoOther) {
  physics::Dataset trained = physics::read_dataset({*folder / "set.h5"});
  const Eigen::MatrixXd basis = trained.basis.real();
  const auto judged = [&](const Eigen::MatrixXd& of_training) {
    trained.basis = of_training;
    trained.basis_sha256 = physics::sha256_of(trained.basis);
    physics::write_dataset(*folder / "trained.h5", trained);
    return run(eval("--verdict " + verdict_file() + " --trained-on " + *folder / "trained.h5"));
  };
  const Outcome rounded = judged(basis.cast<float>().cast<double>());
  EXPECT_EQ(rounded.exit_code, 9) << rounded.text;
  const Outcome other = judged(-basis);
  EXPECT_EQ(other.exit_code, 4) << other.text;
  EXPECT_NE(other.text.find("trained.h5: expected basis"), std::string::npos) << other.text;
}

TEST_F(VerdictProgram, WithoutAVerdictTheLossComesWithACautionThatTheReportRepeats) {
  const Outcome outcome = run(eval("--json " + *folder / "eval.json"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("CAUTION, t2_free_s: Your train does not encode T2f"), std::string::npos) << outcome.text;
  EXPECT_GT(base::Json::from_file(*folder / "eval.json")["cautions"].size(), 3u);
  if (run("gnuplot --version").exit_code != 0) GTEST_SKIP() << "no gnuplot on this machine";
  ASSERT_EQ(run("crbrt-report --evaluation " + *folder / "eval.json" +
                " --goals " CRBRT_SOURCE_DIR "/docs/experiments/goals.json --out " + *folder / "page.html")
                .exit_code,
            0);
  const std::string page = text_of(*folder / "page.html");
  EXPECT_NE(page.find("Your train does not encode T2f"), std::string::npos);
  // The project's goals are for the published train, and judge no other.
  EXPECT_NE(page.find("Not judged: "), std::string::npos);
  for (const char* part : {"goals are reached", "<th>goal</th>", "Shaded: the goals"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
}

TEST_F(VerdictProgram, TheTrainAloneIsMeasuredBeforeAnyTraining) {
  const std::string alone = "crbrt-eval --dataset " + *folder / "set.h5" + " --outputs m0_semi_frac,t2_free_s --encoding " +
                            *folder / "encoding.json";
  const Outcome outcome = run(alone + " --sequence " + *folder / "short.json" + " --prior " + paper_prior);
  EXPECT_EQ(outcome.exit_code, 9) << outcome.text;
  EXPECT_NE(outcome.text.find("short does NOT ENCODE"), std::string::npos) << outcome.text;
  const auto json = base::Json::from_file(*folder / "encoding.json");
  EXPECT_EQ(json["kind"], "crbrt-encoding");
  EXPECT_EQ(json["outputs"].size(), 2u);
  const base::Json& bounds = json["outputs"]["t2_free_s"]["bounds"];
  EXPECT_GT(bounds["snr"]["50"]["in_widths"].number(), 1);
  EXPECT_NEAR(bounds["snr"]["10"]["sqrt_crb"].number(), 5 * bounds["snr"]["50"]["sqrt_crb"].number(),
              1e-9 * bounds["snr"]["10"]["sqrt_crb"].number());
  // Compression can only lose.
  EXPECT_GT(json["outputs"]["t2_free_s"]["basis_factor"]["median"].number(), 1 - 1e-6);
  EXPECT_EQ(run(alone + " --sequence " + example_sequence).exit_code, 4);
}

TEST_F(VerdictProgram, GoalsOfAnotherTrainAreSaidAndNotUsed) {
  const Outcome outcome =
      run(eval("--verdict " + verdict_file() + " --goals " CRBRT_SOURCE_DIR "/docs/experiments/goals_crbrt1142.json"));
  EXPECT_EQ(outcome.exit_code, 9) << outcome.text;
  EXPECT_NE(outcome.text.find("its goals are for crbrt1142 (d788d3e0097c6952), not for short"), std::string::npos)
      << outcome.text;
  EXPECT_EQ(base::Json::from_file(verdict_file())["goals"]["source"], "defaults that follow from bound and prior");
}

TEST_F(VerdictProgram, CommandLinesThatDoNotFitTogetherAreRefused) {
  const std::string set = "crbrt-eval --dataset " + *folder / "set.h5";
  expect_refusal(run(set), 2, {"--model", "--encoding"});
  expect_refusal(run(set + " --encoding e.json"), 2, {"--encoding and --outputs belong together"});
  expect_refusal(run(eval("--encoding e.json --outputs t2_free_s")), 2, {"without a model"});
  expect_refusal(run(eval("--goals g.json")), 2, {"--goals needs --verdict or --encoding"});
  expect_refusal(run(set + " --encoding " + *folder / "x.json" + " --outputs hue"), 4, {"hue"});
  EXPECT_FALSE(std::filesystem::exists(*folder / "x.json"));
  EXPECT_EQ(run(eval("--verdict " + *folder / "no/such/folder.json")).exit_code, 5);
}

// brain_v1 on 400 fingerprints of its own train: encoded, mostly data, and judged by what its card says.
TEST_F(VerdictProgram, AShippedModelComesOutAsItsNumbersSay) {
  const std::string protocol = CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json",
                    model = CRBRT_SOURCE_DIR "/models/brain_v1/brain_v1.crbm";
  ASSERT_EQ(run("crbrt-simulate --sequence " + protocol + " --prior " + paper_prior + " --basis " + model +
                " --count 400 --seed 2 --out " + *folder / "brain.h5")
                .exit_code,
            0);
  const Outcome outcome = run("crbrt-eval --model " + model + " --dataset " + *folder / "brain.h5" +
                              " --realisations 20 --snr 10,20,50,100 --verdict " + *folder / "brain.json");
  const auto json = base::Json::from_file(*folder / "brain.json");
  double bias2 = 0;
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"}) {
    const base::Json& one = json["outputs"][output];
    EXPECT_EQ(one["encoded"], "well") << output << outcome.text;
    EXPECT_GT(one["measured"]["snr"]["50"]["data_share"].number(), 0.7) << output;
    bias2 += one["measured"]["snr"]["50"]["bias2_over_crb"].number() / 3;
  }
  // The card has 0.380 on 9,056 fingerprints; 400 of a heavy-tailed square scatter by some tens of percent.
  EXPECT_NEAR(bias2, 0.38, 0.2);
  EXPECT_EQ(outcome.text.find("Your train does not encode"), std::string::npos) << outcome.text;
  EXPECT_EQ(outcome.exit_code, json["fit"].boolean() ? 0 : 9);
}

}  // namespace
}  // namespace crbrt::tests
