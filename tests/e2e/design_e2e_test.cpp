// SPDX-License-Identifier: Apache-2.0
// The program as a user runs it, on a problem of a few seconds.
#include <gtest/gtest.h>

#include "base/json_reader.h"
#include "physics/io/sequence_io.h"
#include "tests/support/run_program.h"
#include "tests/tools/design/design_fixture.h"

namespace crbrt::tests {
namespace {

class DesignProgram : public testing::Test {
 protected:
  Outcome search(const std::string& options, const std::string& out) {
    return run("crbrt-design run --problem " + problem_ + " --random 3 --iterations 3 " + options + " --out " +
               (folder_ / out));
  }
  TemporaryFolder folder_;
  std::string problem_ = folder_.file("problem.json", design::small_problem_text("0.5"));
};

TEST_F(DesignProgram, AnInterruptedSearchEndsInTheSameShape) {
  EXPECT_EQ(search("--rounds 3", "whole.json").exit_code, 0);
  EXPECT_EQ(search("--rounds 1", "parts.json").exit_code, 0);
  const Outcome rest = search("--rounds 3 --resume", "parts.json");
  EXPECT_EQ(rest.exit_code, 0);
  EXPECT_EQ(rest.text.find("round 1:"), std::string::npos) << rest.text;
  EXPECT_EQ(content_of(folder_ / "parts.json"), content_of(folder_ / "whole.json"));
  EXPECT_EQ(content_of(folder_ / "parts.json.state"), content_of(folder_ / "whole.json.state"));
}

TEST_F(DesignProgram, ADamagedStateIsSaidAndTheSearchBeginsAnew) {
  ASSERT_EQ(search("--rounds 1", "shape.json").exit_code, 0);
  const std::string shape = content_of(folder_ / "shape.json"), state = content_of(folder_ / "shape.json.state");
  std::string flipped = state;
  const std::size_t at = flipped.find("\"positions\"") + 20;
  flipped[at] = static_cast<char>(flipped[at] ^ 1);
  folder_.file("shape.json.state", flipped);
  const Outcome outcome = search("--rounds 1 --resume", "shape.json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("shape.json.state: it is damaged; the search begins anew"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("round 1:"), std::string::npos) << outcome.text;
  EXPECT_EQ(content_of(folder_ / "shape.json"), shape);
  EXPECT_EQ(content_of(folder_ / "shape.json.state"), state);
}

TEST_F(DesignProgram, AnEarlierSearchIsReplacedOnlyWhereThatIsAskedFor) {
  ASSERT_EQ(search("--rounds 1", "shape.json").exit_code, 0);
  const std::string shape = content_of(folder_ / "shape.json"), state = content_of(folder_ / "shape.json.state");
  for (const char* gone : {"", "shape.json", "shape.json.state"}) {
    if (*gone != '\0') std::filesystem::rename(folder_ / gone, folder_ / "away");
    const Outcome outcome = search("--rounds 1 --seed 2", "shape.json");
    EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
    EXPECT_NE(outcome.text.find("--overwrite"), std::string::npos) << outcome.text;
    if (*gone != '\0') std::filesystem::rename(folder_ / "away", folder_ / gone);
  }
  EXPECT_EQ(content_of(folder_ / "shape.json") + content_of(folder_ / "shape.json.state"), shape + state);
  EXPECT_EQ(search("--rounds 1 --seed 2 --overwrite", "shape.json").exit_code, 0);
  EXPECT_NE(content_of(folder_ / "shape.json"), shape);
}

TEST_F(DesignProgram, AShapeBecomesATrainATableAPictureAndNumbers) {
  ASSERT_EQ(search("--rounds 1", "shape.json").exit_code, 0);
  const std::string train = folder_ / "train.json", summary = folder_ / "numbers.json";
  const bool plots = run("command -v gnuplot").exit_code == 0;
  Outcome outcome = run("crbrt-design write --shape " + (folder_ / "shape.json") + " --problem " + problem_ + " --json " +
                        train + " --csv " + (folder_ / "train.csv") + (plots ? " --plot " + (folder_ / "train.png") : ""));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(physics::read_sequence(train).n_frame(), 150u);
  if (plots) {
    EXPECT_EQ(content_of(folder_ / "train.png").substr(1, 3), "PNG");
  }
  outcome = run("crbrt-design bounds --problem " + problem_ + " --sequence " + train +
                " --basis-count 64 --count 16 --summary " + summary);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto report = base::JsonReader::from_file(summary).at("trains").items().front();
  EXPECT_LE(report.at("energy_rad2_per_s").number(), 1.5e5);
  EXPECT_GT(report.at("crb").at("weighted_sum").number(), report.at("time").at("weighted_sum").number());
}

TEST_F(DesignProgram, TwoOutputsHaveTwoNames) {
  const Outcome outcome =
      run("cd " + (folder_ / "") + " && crbrt-design write --shape absent.json --json both --csv " + (folder_ / "both"));
  EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
  EXPECT_NE(outcome.text.find("it is the file of --json and of --csv"), std::string::npos) << outcome.text;
}

TEST_F(DesignProgram, BadInputEndsWithItsExitCodeAndNamesTheFile) {
  const std::string wrong = folder_.file("wrong.json", "{\"name\": 1}");
  Outcome outcome = run("crbrt-design run --problem " + wrong + " --random 1 --out " + (folder_ / "o.json"));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("wrong.json"), std::string::npos) << outcome.text;
  outcome = run("crbrt-design run --problem " + problem_ + " --out " + (folder_ / "o.json"));
  EXPECT_EQ(outcome.exit_code, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("--random"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
