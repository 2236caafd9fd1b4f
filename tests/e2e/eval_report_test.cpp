// SPDX-License-Identifier: Apache-2.0
// crbrt-report as a user runs it: one page, everything in it, nothing outside it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "base/json.h"
#include "physics/io/dataset.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"

namespace crbrt::tests {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

class EvalReport : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    ASSERT_EQ(run("crbrt-simulate --sequence " + short_sequence(*folder) +
                  " --prior " CRBRT_SOURCE_DIR "/models/priors/paper.json"
                  " --count 60 --seed 5 --rank 8 --out " +
                  *folder / "set.h5")
                  .exit_code,
              0);
    const physics::Dataset set = physics::read_dataset({*folder / "set.h5"});
    write_model(*folder / "model.crbm", model_for(set.basis, set.sequence_sha256, uncertain_spec()));
    const Outcome outcome = run("crbrt-eval --model " + *folder / "model.crbm" + " --dataset " + *folder / "set.h5" +
                                " --realisations 4 --sequence " + *folder / "short.json" + " --json " + *folder / "eval.json");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    folder->file("loss.csv", "epoch,learning_rate,training_loss,validation_loss\n1,0.1,9,8\n2,0.1,3,2.5\n");
    folder->file("table.csv", "what,limit,measured,\nenergy,<= 1,0.9,pass\n");
    folder->file("dot.png", std::string("\x89PNG\r\n\x1a\n") + "enough");
  }
  static void TearDownTestSuite() { delete folder; }

  void SetUp() override {
    if (run("gnuplot --version").exit_code != 0) GTEST_SKIP() << "no gnuplot on this machine";
  }

  static std::string report(const std::string& more) {
    return "crbrt-report --evaluation " + *folder / "eval.json" + " --out " + *folder / "page.html" + " " + more;
  }

  static inline TemporaryFolder* folder = nullptr;
};

TEST_F(EvalReport, OnePageHoldsEveryFigureAndNoAddressOutsideIt) {
  const Outcome outcome = run(report("--paper " + *folder / "eval.json" + " --history 'a training'=" + *folder / "loss.csv" +
                                     " --table 'The <design>'=" + *folder / "table.csv" +
                                     " --picture Brain=" + *folder / "dot.png" + " --floor loss=0.5"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::string page = text_of(*folder / "page.html");
  for (int n = 3; n <= 11; ++n) {
    const std::size_t at = page.find("Figure " + std::to_string(n) + ".");
    ASSERT_NE(at, std::string::npos) << n;
    EXPECT_LT(page.find("<svg", at), page.find("<figcaption>", at)) << "figure " << n << " is empty";
  }
  EXPECT_EQ(page.find("://"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  for (const char* part : {"The &lt;design&gt;", "data:image/png;base64,iVBOR", "Estimated floor: loss over the SNR range 0.5.",
                           "crbrt-eval --model"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST_F(EvalReport, GoalsAreSpokenOfOnlyWhereAFileHasThem) {
  ASSERT_EQ(run(report("")).exit_code, 0);
  const std::string plain = text_of(*folder / "page.html");
  for (const char* word : {"goal", "asked for", "Shaded", "not measured", "5.23 ms"})
    EXPECT_EQ(plain.find(word), std::string::npos) << word;
  auto goals = base::Json::from_file(CRBRT_SOURCE_DIR "/docs/experiments/goals.json");
  const auto own = base::Json::from_file(*folder / "eval.json");
  goals["sequences"] = base::Json::array({{{"name", "short"}, {"sha256", own["sequence_sha256"]}}});
  folder->file("goals.json", goals.dump());
  ASSERT_EQ(run(report("--floor loss=0.5 --goals " + *folder / "goals.json")).exit_code, 0);
  const std::string judged = text_of(*folder / "page.html");
  for (const char* part : {"<th>goal</th>", "goals are reached", "&lt;= 16.1k multiply-adds", "not measured", "&lt;= 5.23",
                           "the bar is 25, 10, 5 % above the floor", "Shaded: the goals at SNR 10"})
    EXPECT_NE(judged.find(part), std::string::npos) << part;
}

TEST_F(EvalReport, PicturesDoNotShareIdsAndTheirReferencesLeadSomewhere) {
  ASSERT_EQ(run(report("")).exit_code, 0);
  const std::string page = text_of(*folder / "page.html");
  std::set<std::string> ids;
  const std::regex id(R"re( id=['"]([^'"]*))re"), reference(R"re(href=['"]#([^'"]*))re");
  for (std::sregex_iterator i(page.begin(), page.end(), id), end; i != end; ++i)
    EXPECT_TRUE(ids.insert((*i)[1]).second) << (*i)[1] << " occurs twice";
  ASSERT_GT(ids.size(), 20u);
  for (std::sregex_iterator i(page.begin(), page.end(), reference), end; i != end; ++i)
    EXPECT_TRUE(ids.contains((*i)[1])) << (*i)[1];
}

TEST_F(EvalReport, WhatWasNotMeasuredIsSaidSo) {
  auto json = base::Json::from_file(*folder / "eval.json");
  json["coverage"] = json["atypicality"] = json["grids"] = nullptr;
  folder->file("little.json", json.dump());
  const Outcome outcome = run("crbrt-report --evaluation " + *folder / "little.json" + " --out " + *folder / "little.html");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(count(text_of(*folder / "little.html"), "<p class=\"note\">Not measured.</p>"), 4u);  // figures 3, 4, 9, 10
}

TEST_F(EvalReport, WithoutGnuplotThereIsAClearErrorAndNoPage) {
  const Outcome outcome = run("PATH=" + *folder / "nowhere" + " '" CRBRT_BIN_DIR "/crbrt-report' --evaluation " +
                              *folder / "eval.json" + " --out " + *folder / "none.html");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_NE(outcome.text.find("gnuplot-nox"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::ifstream(*folder / "none.html").good());
}

TEST_F(EvalReport, BadInputsHaveTheirExitCodes) {
  EXPECT_EQ(run("crbrt-report").exit_code, 2);
  EXPECT_EQ(run(report("--floor depth=3")).exit_code, 2);
  EXPECT_EQ(run(report("--floor loss=much")).exit_code, 2);
  EXPECT_EQ(run(report("--history loss.csv")).exit_code, 2);
  EXPECT_EQ(run(report("--goals " + *folder / "absent.json")).exit_code, 3);
  EXPECT_EQ(run(report("--goals " + *folder / "eval.json")).exit_code, 3);
  EXPECT_EQ(run(report("--paper " + *folder / "absent.json")).exit_code, 3);
  EXPECT_EQ(run(report("--paper " + *folder / "short.json")).exit_code, 3);
  EXPECT_EQ(run(report("--paper " + *folder / "set.h5")).exit_code, 3);
  EXPECT_EQ(run(report("--history x=" + *folder / "table.csv")).exit_code, 3);
  EXPECT_EQ(run(report("--picture x=" + *folder / "table.csv")).exit_code, 3);
  EXPECT_EQ(run(report("--table x=" + *folder / "absent.csv")).exit_code, 3);
  EXPECT_EQ(run("crbrt-report --evaluation " + *folder / "eval.json" + " --out " + *folder / "no/folder.html").exit_code, 5);
}

}  // namespace
}  // namespace crbrt::tests
