// crbrt-eval as a user runs it: the keys of its JSON, and one clear line for everything that disagrees.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

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
  const auto json = nlohmann::json::parse(std::ifstream(*folder / "eval.json"));
  double mean = 0;
  for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"}) {
    mean += json.at("loss").at(output).get<double>() / 3;
    for (const char* snr : {"10", "20", "50", "100"}) {
      const double bias = json.at("snr").at(snr).at("bias2_over_crb").at(output),
                   variance = json.at("snr").at(snr).at("var_over_crb").at(output);
      EXPECT_TRUE(std::isfinite(bias) && variance > 0) << snr << ' ' << output;
      EXPECT_NEAR(json.at("snr").at(snr).at("loss").at(output).get<double>(), bias + variance,
                  1e-12 * std::abs(bias + variance));
    }
  }
  EXPECT_NEAR(json.at("loss").at("mean").get<double>(), mean, 1e-12 * mean);
  EXPECT_EQ(json.at("fingerprints").get<std::size_t>(), set->size());
}

TEST_F(Eval, ThreadsDoNotChangeTheNumbers) {
  ASSERT_EQ(run(eval("model.crbm") + " --json " + *folder / "one.json").exit_code, 0);
  ASSERT_EQ(run(eval("model.crbm") + " --threads 3 --json " + *folder / "three.json").exit_code, 0);
  const auto one = nlohmann::json::parse(std::ifstream(*folder / "one.json")),
             three = nlohmann::json::parse(std::ifstream(*folder / "three.json"));
  EXPECT_EQ(one.at("loss"), three.at("loss"));
  EXPECT_EQ(one.at("snr"), three.at("snr"));
}

TEST_F(Eval, CountTakesTheFrontOfTheSetAndNoMoreThanThereIs) {
  ASSERT_EQ(run(eval("model.crbm") + " --count 10 --json " + *folder / "ten.json").exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(*folder / "ten.json")).at("fingerprints"), 10);
  const Outcome outcome = run(eval("model.crbm") + " --count 1000");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("expected at least 1000 fingerprints, found"), std::string::npos) << outcome.text;
}

TEST_F(Eval, AnotherRankBasisOrSequenceIsADisagreement) {
  const Outcome rank = eval_changed(model_for(set->basis.leftCols(7), set->sequence_sha256));
  EXPECT_EQ(rank.exit_code, 4) << rank.text;
  EXPECT_NE(rank.text.find("rank 8"), std::string::npos) << rank.text;
  Eigen::MatrixXd other = set->basis;
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

TEST_F(Eval, BadCommandLinesAndFilesHaveTheirExitCodes) {
  EXPECT_EQ(run("crbrt-eval").exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --isa mmx").exit_code, 2);
  EXPECT_EQ(run(eval("model.crbm") + " --realisations 1").exit_code, 2);
  EXPECT_EQ(run(eval("absent.crbm")).exit_code, 3);
  EXPECT_EQ(run(eval("set.h5")).exit_code, 3);
  EXPECT_EQ(run("crbrt-eval --model " + *folder / "model.crbm" + " --dataset " + *folder / "absent.h5").exit_code, 3);
  EXPECT_EQ(run(eval("model.crbm") + " --json " + *folder / "no/such/folder.json").exit_code, 5);
}

}  // namespace
}  // namespace crbrt::tests
