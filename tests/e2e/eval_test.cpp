// SPDX-License-Identifier: Apache-2.0
// crbrt-eval as a user runs it: the keys of its JSON, and one clear line for everything that disagrees.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/json.h"
#include "physics/io/dataset.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"

namespace crbrt::tests {
namespace {

/// One data set of a hundred fingerprints for all tests.
class Eval : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    const Outcome made =
        run("crbrt-simulate --sequence " + short_sequence(*folder) +
            " --prior " CRBRT_SOURCE_DIR "/models/priors/paper.json --count 100 --seed 5 --rank 8 --out " + *folder / "set.h5");
    ASSERT_EQ(made.exit_code, 0) << made.text;
    set = new physics::Dataset(physics::read_dataset({*folder / "set.h5"}));
    write_model(*folder / "model.crbm", model_for(set->basis, set->sequence_sha256));
    write_model(*folder / "uncertain.crbm", model_for(set->basis, set->sequence_sha256, uncertain_spec()));
  }
  static void TearDownTestSuite() {
    delete set;
    delete folder;
  }

  static std::string eval(const std::string& model) {
    return "crbrt-eval --model " + *folder / model + " --dataset " + *folder / "set.h5" + " --realisations 20";
  }
  static Outcome eval_changed(const fbs::ModelT& model) {
    write_model(*folder / "changed.crbm", model);
    return run(eval("changed.crbm"));
  }

  static inline TemporaryFolder* folder = nullptr;
  static inline physics::Dataset* set = nullptr;
};

TEST_F(Eval, WritesEveryKeyThatIsQuoted) {
  const Outcome outcome = run(eval("model.crbm") + " --json " + *folder / "eval.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("variance/CRB"), std::string::npos);
  const auto json = base::Json::from_file(*folder / "eval.json");
  double mean = 0;
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"}) {
    mean += json.at("loss").at(output).number() / 3;
    for (const char* snr : {"10", "20", "50", "100"}) {
      const double bias = json.at("snr").at(snr).at("bias2_over_crb").at(output).number(),
                   variance = json.at("snr").at(snr).at("var_over_crb").at(output).number();
      EXPECT_TRUE(std::isfinite(bias) && variance > 0) << snr << ' ' << output;
      EXPECT_NEAR(json.at("snr").at(snr).at("loss").at(output).number(), bias + variance, 1e-12 * std::abs(bias + variance));
    }
  }
  EXPECT_NEAR(json.at("loss").at("mean").number(), mean, 1e-12 * mean);
  EXPECT_EQ(json.at("fingerprints"), set->size());
}

TEST_F(Eval, ListedTissuesAreADataSetOnceTheirSnrIsGiven) {
  {
    std::ofstream csv(*folder / "tissues.csv");
    csv.precision(17);
    for (std::size_t p = 0; p < physics::n_parameter; ++p)
      csv << (p == 0 ? "" : ",") << physics::name(static_cast<physics::Parameter>(p));
    for (const physics::Tissue& tissue : set->tissues) {
      csv << '\n';
      for (std::size_t p = 0; p < physics::n_parameter; ++p) csv << (p == 0 ? "" : ",") << tissue.values()[p];
    }
  }
  const Outcome made = run("crbrt-simulate --sequence " + *folder / "short.json" + " --tissues " + *folder / "tissues.csv" +
                           " --basis " + *folder / "set.h5" + " --out " + *folder / "list.h5");
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const std::string list =
      "crbrt-eval --model " + *folder / "model.crbm" + " --dataset " + *folder / "list.h5" + " --realisations 20";
  const Outcome without = run(list);
  EXPECT_EQ(without.exit_code, 3);
  EXPECT_NE(without.text.find("--snr-min and --snr-max"), std::string::npos) << without.text;
  ASSERT_EQ(run(list + " --snr-min 10 --snr-max 100 --json " + *folder / "list.json").exit_code, 0);
  ASSERT_EQ(run(eval("model.crbm") + " --json " + *folder / "prior.json").exit_code, 0);
  const auto of_list = base::Json::from_file(*folder / "list.json"), of_prior = base::Json::from_file(*folder / "prior.json");
  // The same tissues with the same noise, projected from frames instead of in the simulator: 1e-12 of a coefficient, which
  // bounds of a condition of up to 1e10 amplify.
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"})
    EXPECT_NEAR(of_list.at("loss").at(output).number() / of_prior.at("loss").at(output).number(), 1, 1e-3) << output;
  EXPECT_EQ(of_list.at("snr_max"), 100);
  ASSERT_EQ(run(eval("model.crbm") + " --snr-max 50 --json " + *folder / "half.json").exit_code, 0);
  EXPECT_EQ(base::Json::from_file(*folder / "half.json").at("snr_max"), 50);
}

TEST_F(Eval, WhatAModelLacksOrNobodyAskedForIsNull) {
  ASSERT_EQ(run(eval("model.crbm") + " --json " + *folder / "plain.json").exit_code, 0);
  const auto json = base::Json::from_file(*folder / "plain.json");
  for (const char* key : {"coverage", "atypicality", "grids", "nlls"}) EXPECT_TRUE(json.at(key).is_null()) << key;
  for (const char* key :
       {"kind", "loss", "snr", "detail", "model", "model_sha256", "trained", "sequence", "sequence_sha256", "basis_sha256",
        "macs_per_voxel", "snr_min", "snr_max", "draws", "realisations", "seed", "isa", "version", "command"})
    EXPECT_TRUE(json.contains(key)) << key;
  const auto& detail = json.at("detail").at("outputs").at("t2_free_s");
  std::int64_t n = detail.at("bias_histogram").at("below").integer() + detail.at("bias_histogram").at("above").integer();
  for (const auto& count : detail.at("bias_histogram").at("count").items()) n += count.integer();
  EXPECT_EQ(n, static_cast<std::int64_t>(set->size()));
  EXPECT_EQ(detail.at("by_sqrt_crb").at("edges").size(), detail.at("by_sqrt_crb").at("count").size() + 1);
}

TEST_F(Eval, CoverageAndRocCurvesOfAModelThatPredictsThem) {
  const Outcome outcome =
      run(eval("uncertain.crbm") + " --against again=" + *folder / "set.h5" + " --json " + *folder / "uncertain.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto json = base::Json::from_file(*folder / "uncertain.json");
  for (const char* snr : {"3", "10", "50", "500"})
    for (const char* what : {"within_1", "within_2", "residual_mean", "residual_std"})
      EXPECT_TRUE(std::isfinite(json.at("coverage").at(snr).at(what).at("t2_free_s").number())) << snr << what;
  for (const char* kind : {"permuted", "reversed", "noise", "two_compartments", "again"}) {
    const auto& against = json.at("atypicality").at("against").at(kind);
    EXPECT_TRUE(against.at("auc").number() >= 0 && against.at("auc").number() <= 1) << kind;
    EXPECT_EQ(against.at("roc").at("hits").size(), against.at("roc").at("false_alarms").size());
    EXPECT_EQ(against.at("roc").at("hits").items().back(), 1);
  }
  // The same fingerprints with other noise: 0.5 within five standard errors sqrt(1 / (6 * 100)).
  EXPECT_NEAR(json.at("atypicality").at("against").at("again").at("auc").number(), 0.5, 0.21);
}

TEST_F(Eval, GridsAndLeastSquaresNeedTheSequenceOfTheDataSet) {
  const std::string sequence = " --sequence " + *folder / "short.json", cache = " --grid-cache " + *folder / "grid.h5";
  EXPECT_EQ(run(eval("model.crbm") + cache).exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --nlls 1").exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --sequence " + example_sequence).exit_code, 4);
  const Outcome outcome =
      run(eval("model.crbm") + sequence + cache + " --nlls 2 --nlls-realisations 2 --json " + *folder / "grid.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto json = base::Json::from_file(*folder / "grid.json");
  const auto& maps = json.at("grids").at("m0s_t1").at("outputs").at("t2_free_s");
  EXPECT_TRUE(maps.at("bias").at(0).at(5).is_null());  // m0s = 0
  EXPECT_GT(maps.at("sqrt_crb").at(20).at(20).number(), 0);
  EXPECT_EQ(maps.at("bias").size(), 64u);
  EXPECT_GT(maps.at("mean_abs_bias").number(), 0);
  EXPECT_GT(json.at("nlls").at("seconds_per_voxel").number(), 0);
  EXPECT_GE(json.at("nlls").at("var_over_crb").at("t1_apparent_s").number(), 0);
  // The cache alone gives the same maps.
  ASSERT_EQ(run(eval("model.crbm") + cache + " --json " + *folder / "cached.json").exit_code, 0);
  EXPECT_EQ(base::Json::from_file(*folder / "cached.json").at("grids"), json.at("grids"));
}

TEST_F(Eval, AnotherSetOfAnotherRankOrWithoutANameIsRefused) {
  const Outcome made = run("crbrt-simulate --sequence " + *folder / "short.json" + " --prior " + example_prior +
                           " --count 10 --seed 6 --rank 7 --out " + *folder / "seven.h5");
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const Outcome rank = run(eval("uncertain.crbm") + " --against seven=" + *folder / "seven.h5");
  EXPECT_EQ(rank.exit_code, 4) << rank.text;
  EXPECT_NE(rank.text.find("seven.h5: expected rank 8"), std::string::npos) << rank.text;
  EXPECT_EQ(run(eval("uncertain.crbm") + " --against x=" + *folder / "absent.h5").exit_code, 3);
  EXPECT_EQ(run(eval("uncertain.crbm") + " --against " + *folder / "set.h5").exit_code, 2);
}

TEST_F(Eval, ThreadsDoNotChangeTheNumbers) {
  ASSERT_EQ(run(eval("model.crbm") + " --json " + *folder / "one.json").exit_code, 0);
  ASSERT_EQ(run(eval("model.crbm") + " --threads 3 --json " + *folder / "three.json").exit_code, 0);
  const auto one = base::Json::from_file(*folder / "one.json"), three = base::Json::from_file(*folder / "three.json");
  EXPECT_EQ(one.at("loss"), three.at("loss"));
  EXPECT_EQ(one.at("snr"), three.at("snr"));
}

TEST_F(Eval, CountTakesTheFrontOfTheSetAndNoMoreThanThereIs) {
  ASSERT_EQ(run(eval("model.crbm") + " --count 10 --json " + *folder / "ten.json").exit_code, 0);
  EXPECT_EQ(base::Json::from_file(*folder / "ten.json").at("fingerprints"), 10);
  const Outcome outcome = run(eval("model.crbm") + " --count 1000");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("expected at least 1000 fingerprints, found"), std::string::npos) << outcome.text;
}

TEST_F(Eval, AnotherRankBasisOrSequenceIsADisagreement) {
  const Outcome rank = eval_changed(model_for(set->basis.leading(7), set->sequence_sha256));
  EXPECT_EQ(rank.exit_code, 4) << rank.text;
  EXPECT_NE(rank.text.find("rank 8"), std::string::npos) << rank.text;
  Eigen::MatrixXd other = set->basis.real();
  other.col(0) *= -1;
  EXPECT_EQ(eval_changed(model_for(other, set->sequence_sha256)).exit_code, 4);
  EXPECT_EQ(eval_changed(model_for(set->basis, std::string(64, 'a'))).exit_code, 4);
}

TEST_F(Eval, AnOutputWithoutABoundIsADisagreement) {
  fbs::ModelT model = model_for(set->basis, set->sequence_sha256);
  model.outputs[0]->name = "t1_free_s";  // the data set has one apparent T1
  model.provenance->validation_loss_per_output[0]->name = "t1_free_s";
  const Outcome outcome = eval_changed(model);
  EXPECT_EQ(outcome.exit_code, 4) << outcome.text;
}

TEST_F(Eval, TheScaleNeedsItsBoundInDataSetAndGrids) {
  const ModelSpec spec{.name = "scale", .hidden = {{.name = "h", .width = 4}}, .outputs = {"m0_semi_frac", "signal_per_m0"}};
  write_model(*folder / "scale.crbm", model_for(set->basis, set->sequence_sha256, spec));
  const std::string grids = " --sequence " + *folder / "short.json" + " --grid-cache " + *folder / "scale_grid.h5";
  const Outcome outcome = run(eval("scale.crbm") + grids + " --json " + *folder / "scale.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto json = base::Json::from_file(*folder / "scale.json");
  EXPECT_GT(json.at("snr").at("50").at("bias2_over_crb").at("signal_per_m0").number(), 0);
  EXPECT_GT(json.at("grids").at("t1_t2f").at("outputs").at("signal_per_m0").at("mean_sqrt_crb").number(), 0);

  physics::Dataset old = *set;
  old.signal_per_m0_crb.reset();
  physics::write_dataset(*folder / "old.h5", old);
  const Outcome refused = run("crbrt-eval --model " + *folder / "scale.crbm" + " --dataset " + *folder / "old.h5");
  EXPECT_EQ(refused.exit_code, 4) << refused.text;
  EXPECT_NE(refused.text.find("old.h5: expected a data set with a bound for the output signal_per_m0, found none"),
            std::string::npos)
      << refused.text;
  EXPECT_EQ(run("crbrt-eval --model " + *folder / "model.crbm" + " --dataset " + *folder / "old.h5").exit_code, 0);

  physics::Dataset grid = physics::read_dataset({*folder / "scale_grid.h5"});
  grid.signal_per_m0_crb.reset();
  physics::write_dataset(*folder / "old_grid.h5", grid);
  const Outcome cache =
      run(eval("scale.crbm") + " --sequence " + *folder / "short.json" + " --grid-cache " + *folder / "old_grid.h5");
  EXPECT_EQ(cache.exit_code, 4) << cache.text;
  EXPECT_NE(cache.text.find("old_grid.h5: expected"), std::string::npos) << cache.text;
}

TEST_F(Eval, BadCommandLinesAndFilesHaveTheirExitCodes) {
  EXPECT_EQ(run("crbrt-eval").exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --isa mmx").exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --realisations 1").exit_code, 2);
  const Outcome twice = run("cd " + *folder / "" + " && " + eval("model.crbm") +
                            " --json both.h5 --sequence short.json --grid-cache " + *folder / "both.h5");
  EXPECT_EQ(twice.exit_code, 5) << twice.text;
  EXPECT_NE(twice.text.find("it is the file of --json and of --grid-cache"), std::string::npos) << twice.text;
  EXPECT_EQ(run(eval("absent.crbm")).exit_code, 3);
  EXPECT_EQ(run(eval("set.h5")).exit_code, 3);
  EXPECT_EQ(run("crbrt-eval --model " + *folder / "model.crbm" + " --dataset " + *folder / "absent.h5").exit_code, 3);
  EXPECT_EQ(run(eval("model.crbm") + " --json " + *folder / "no/such/folder.json").exit_code, 5);
}

}  // namespace
}  // namespace crbrt::tests
