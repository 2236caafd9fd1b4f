// SPDX-License-Identifier: Apache-2.0
// crbrt-make on a train of 60 pulses, a few hundred fingerprints and two epochs.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/json.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/replaced.h"
#include "tests/support/run_program.h"
#include "tests/support/small_disk.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

class Make : public testing::Test {
 protected:
  std::string command(const std::string& more = "", int count = 600, int unseen = 64) const {
    return "crbrt-make --sequence " + sequence_ + " --prior " + prior_ + " --out " + (folder_ / "mine") +
           " --rank 9 --basis-kind svd --macs 2000 --count " + std::to_string(count) + " --epochs 2 --unseen " +
           std::to_string(unseen) + " --nlls 2 --threads 2 " + more;
  }
  std::string long_command() const { return command("", 60000); }
  Outcome succeed(int unseen = 64) const {
    Outcome outcome = run(command("", 600, unseen));
    EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 9) << outcome.text;
    return outcome;
  }
  std::string in(const std::string& name) const { return folder_ / ("mine/" + name); }
  /// Of the steps that a run began.
  static std::set<std::string> begun(const std::string& text) {
    std::set<std::string> names;
    for (const char* word : {": begins", ": goes on"})
      for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t line = text.rfind('\n', at);
        const std::size_t first = line == std::string::npos ? 0 : line + 1;
        names.insert(text.substr(first, at - first));
      }
    return names;
  }
  void flip_a_bit(const std::string& name) {
    std::string bytes = content_of(in(name));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    folder_.file("mine/" + name, bytes);
  }

  TemporaryFolder folder_;
  std::string sequence_ = short_sequence(folder_, 60);
  std::string prior_ = folder_.file("prior.json", content_of(example_prior));
};

using Names = std::set<std::string>;

TEST_F(Make, MakesAllFilesOnceAndAgainWhatDependsOnAChange) {
  const Outcome first = succeed();
  for (const char* name : {"mine.crbm", "mine_unbiased.crbm", "basis.h5", "basis.cfl", "basis.hdr", "basis.npy", "report.html",
                           "README.md", "verdict.json", "work/inputs/prior/prior.json"})
    EXPECT_TRUE(fs::exists(in(name))) << name << ": " << first.text;
  for (const char* model : {"mine", "mine_unbiased"}) {
    EXPECT_EQ(run("crbrt-model verify " + in(std::string(model) + ".crbm")).exit_code, 0);
    EXPECT_NE(content_of(in("README.md")).find("## " + std::string(model) + "\n"), std::string::npos);
  }
  // What was read is said before the work, so that a wrong unit is seen.
  EXPECT_NE(first.text.find("short.json: 60 pulses of "), std::string::npos) << first.text;
  EXPECT_NE(first.text.find("180 degrees, then "), std::string::npos) << first.text;
  // The card says what the verdict says.
  const base::Json verdict = base::Json::from_file(in("verdict.json"));
  const std::string card = content_of(in("README.md"));
  EXPECT_NE(card.find(verdict.at("fit").boolean() ? "\n## Fit: use mine" : "\n## Not fit\n"), std::string::npos) << card;
  for (const base::Json::Member& model : verdict.at("models").members())
    EXPECT_NE(card.find("\n- " + model.value.at("headline").text() + "\n"), std::string::npos) << model.key;
  EXPECT_EQ(begun(succeed().text), Names{});

  // A bit of a data set: made again, and, because it comes out the same, nothing else.
  flip_a_bit("work/unseen.h5");
  const Outcome repaired = succeed();
  EXPECT_EQ(begun(repaired.text), Names{"unseen set"});
  EXPECT_NE(repaired.text.find("work/unseen.h5 is not as it was made"), std::string::npos) << repaired.text;
  flip_a_bit("mine.crbm");
  EXPECT_EQ(begun(succeed().text), Names{"integers of mine"});
  flip_a_bit("work/mine.training/checkpoint.pt");
  const Names again = begun(succeed().text);
  EXPECT_TRUE(again.contains("training of mine"));
  EXPECT_FALSE(again.contains("training set"));

  // Another name of the sequence makes other data sets; another number of unseen fingerprints no other training.
  const Names unseen = begun(succeed(128).text);
  EXPECT_TRUE(unseen.contains("unseen set") && unseen.contains("evaluation of mine"));
  EXPECT_FALSE(unseen.contains("training of mine") || unseen.contains("basis"));
  folder_.file("prior.json", replaced(content_of(prior_), "\"weight\": 0.9", "\"weight\": 0.8"));
  EXPECT_TRUE(begun(succeed().text).contains("basis"));
}

TEST_F(Make, ARunThatIsKilledGoesOn) {
  // Each step in its turn: as soon as its log is there, crbrt-make and what it has started are killed.
  for (const char* step : {"basis", "train", "train-mine", "integers-mine", "evaluate-mine_unbiased", "report"}) {
    const std::string log = in("work/logs/" + std::string(step) + ".log");
    const Outcome killed = run("setsid " + command() + " & pid=$!; while [ ! -e " + log +
                               " ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done; kill -KILL -- -$pid; wait $pid; true");
    ASSERT_TRUE(fs::exists(log)) << step << ": " << killed.text;
  }
  succeed();
  EXPECT_TRUE(fs::exists(in("report.html")));
  EXPECT_EQ(begun(succeed().text), Names{});
}

// Nobody would look after them, and they would hold what the next run needs.
TEST_F(Make, ItsProgramsEndWithIt) {
  const std::string log = in("work/logs/train.log");
  const Outcome outcome = run(long_command() + " & pid=$!; while [ ! -e " + log +
                              " ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done; kill -KILL $pid; wait $pid; sleep 0.5; "
                              "echo left $(ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -c -F -- '-> " +
                              folder_ / "mine" + "')");
  EXPECT_NE(outcome.text.find("left 0\n"), std::string::npos) << outcome.text;
}

// It is no error; all it says is in a line before the work.
TEST_F(Make, ATrainWithoutAnInversionIsToldBeforeTheWork) {
  const std::string text = content_of(sequence_);
  folder_.file("short.json", replaced(text, "[3.14", "[0.05"));
  const Outcome outcome = run(command("--dry-run"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("the first pulse of a cycle is the inversion, and turns by 2.86 degrees"), std::string::npos)
      << outcome.text;
}

TEST_F(Make, WhereNoRankIsEnoughTheModelsAreMadeWithAWarningEverywhere) {
  std::string line = command();
  const std::string rank = "--rank 9 ";
  line.replace(line.find(rank), rank.size(), "--rank auto --rank-factor 1.001 ");
  const Outcome outcome = run(line);
  EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 9) << outcome.text;
  const std::string warning =
      "the basis loses more than a factor of 1.001 (--rank-factor), with the most coefficients that are tried, rank 40";
  EXPECT_NE(outcome.text.find("crbrt-make: warning: " + warning), std::string::npos) << outcome.text;
  EXPECT_NE(content_of(in("work/logs/basis.log")).find(warning), std::string::npos);
  EXPECT_NE(content_of(in("README.md")).find("- warning: " + warning), std::string::npos);
  EXPECT_EQ(base::Json::from_file(in("verdict.json"))["warnings"].at(0).text().substr(0, warning.size()), warning);
}

TEST_F(Make, ASignalEndsItWithExitCode8AndItGoesOn) {
  const std::string log = in("work/logs/train.log");
  const Outcome stopped = run(long_command() + " & pid=$!; while [ ! -e " + log +
                              " ] && kill -0 $pid; do sleep 0.01; done; kill -TERM $pid; wait $pid; echo code $?");
  EXPECT_NE(stopped.text.find("code 8\n"), std::string::npos) << stopped.text;
  EXPECT_NE(stopped.text.find("the same command goes on"), std::string::npos) << stopped.text;
}

TEST_F(Make, ASecondRunInTheFolderIsRefusedAndADeadOneIsNot) {
  const std::string log = in("work/logs/train.log");
  const Outcome outcome =
      run("setsid " + long_command() + " & pid=$!; while [ ! -e " + log + " ] && kill -0 $pid; do sleep 0.01; done; " +
          command() + "; echo second $?; kill -KILL -- -$pid; wait $pid; " + command("--dry-run") + "; echo third $?");
  EXPECT_NE(outcome.text.find("another crbrt-make is at work in this folder"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("second 5\n"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("third 0\n"), std::string::npos) << outcome.text;
}

TEST_F(Make, AFullDiskIsSaidAndTheRunGoesOnWhenThereIsRoom) {
  fs::create_directory(folder_ / "mine");
  const Outcome outcome = run_on_small_disk(
      folder_ / "mine", "250k", command() + "\necho first $?\ngrow\n" + command() + "\necho second $?\nls -A " + in(""));
  if (outcome.exit_code == 77) GTEST_SKIP() << "nothing can be mounted here: " << outcome.text;
  EXPECT_NE(outcome.text.find("cannot be written: No space left on device"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("first 5\n"), std::string::npos) << outcome.text;
  EXPECT_TRUE(outcome.text.find("second 0\n") != std::string::npos || outcome.text.find("second 9\n") != std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("report.html"), std::string::npos) << outcome.text;
}

TEST_F(Make, WhatIsWrongIsSaidBeforeAnythingIsMade) {
  const auto refused = [&](const std::string& more, int code, const std::string& says) {
    const Outcome outcome = run(command(more));
    EXPECT_EQ(outcome.exit_code, code) << outcome.text;
    EXPECT_NE(outcome.text.find(says), std::string::npos) << outcome.text;
    EXPECT_FALSE(fs::exists(folder_ / "mine")) << more;
  };
  refused("--outputs t2_fre_s", 2, "t2_free_s");
  refused("--outputs t2_semi_s", 4, "expected a distribution of t2_semi_s");
  refused("--macs 3", 2, "expected 1000 to");
  refused("--tr 0.0036", 3, "expected tr_s as given");
  refused("--name 1st", 2, "no digit first");
}

TEST_F(Make, ADryRunWritesNothing) {
  const Outcome outcome = run(command("--dry-run"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.text.find("0 of them done already; nothing is written"), std::string::npos) << outcome.text;
  EXPECT_FALSE(fs::exists(folder_ / "mine"));
}

}  // namespace
}  // namespace crbrt::tests
