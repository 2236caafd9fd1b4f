// SPDX-License-Identifier: Apache-2.0
// Chains of shell commands: what is done again, and what is not.
#include "tools/make/engine.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "base/error.h"
#include "base/file_lock.h"
#include "tests/support/temporary_folder.h"
#include "tools/make/pending.h"

namespace crbrt::make {
namespace {

using tests::content_of;
namespace fs = std::filesystem;

/// a -> one -> two, and a -> other; every step writes its name to the file "ran".
class Engine : public testing::Test {
 protected:
  Engine() { file("a", "input\n"); }

  static Step step(const std::string& name, const std::string& script, std::vector<fs::path> inputs,
                   std::vector<fs::path> outputs) {
    Step step;
    step.name = step.what = name;
    step.command = {"sh", "-c", "echo " + name + " >>ran; " + script, "sh"};
    step.inputs = std::move(inputs);
    step.outputs = std::move(outputs);
    return step;
  }
  static std::vector<Step> chain() {
    return {step("one", "sed s/^/1/ a >b", {"a"}, {"b"}), step("two", "sed s/^/2/ b >c", {"b"}, {"c"}),
            step("other", "sed s/^/o/ a >d", {"a"}, {"d"})};
  }
  Failure run(const std::vector<Step>& steps, unsigned threads = 1) {
    fs::remove(folder_ / "ran");
    return run_steps(steps, {.folder = folder_ / ".", .threads = threads, .stop_signal = [this] { return signal_; }});
  }
  /// Names of the steps that ran.
  std::string ran(const std::vector<Step>& steps) {
    const Failure failure = run(steps);
    EXPECT_EQ(failure.exit_code, 0) << failure.message;
    if (!fs::exists(folder_ / "ran")) return "";
    std::string names = content_of(folder_ / "ran");
    for (char& c : names)
      if (c == '\n') c = ' ';
    return names;
  }
  void file(const std::string& name, const std::string& text) { folder_.file(name, text); }
  std::string text(const std::string& name) { return content_of(folder_ / name); }

  tests::TemporaryFolder folder_;
  int signal_ = 0;
};

TEST_F(Engine, DoesEachStepOnce) {
  EXPECT_EQ(ran(chain()), "one two other ");
  EXPECT_EQ(text("c"), "21input\n");
  EXPECT_EQ(ran(chain()), "");
}

TEST_F(Engine, AChangedInputRedoesWhatDependsOnIt) {
  file("a2", "x");
  std::vector<Step> steps = chain();
  steps[2] = step("other", "sed s/^/o/ a2 >d", {"a2"}, {"d"});
  ran(steps);
  file("a2", "y");
  EXPECT_EQ(ran(steps), "other ");
  file("a", "new\n");
  EXPECT_EQ(ran(steps), "one two ");
  EXPECT_EQ(text("c"), "21new\n");
}

// The end of a change: what comes out the same changes nothing behind it.
TEST_F(Engine, AnOutputThatComesOutTheSameRedoesNothing) {
  std::vector<Step> steps = chain();
  ran(steps);
  steps[0].command[2] += "; true";
  EXPECT_EQ(ran(steps), "one ");
}

TEST_F(Engine, AChangedCommandRedoesAndWordsThatDecideNothingDoNot) {
  std::vector<Step> steps = chain();
  ran(steps);
  steps[1].how = {"--threads", "7"};
  EXPECT_EQ(ran(steps), "");
  steps[1].command[2] = "echo two >>ran; sed s/^/3/ b >c";
  EXPECT_EQ(ran(steps), "two ");
  EXPECT_EQ(text("c"), "31input\n");
}

// Every single bit of every file of the chain.
TEST_F(Engine, AFlippedBitIsMadeGoodWhereverItIs) {
  const std::vector<Step> steps = chain();
  ran(steps);
  for (const char* name : {"b", "c", "d"}) {
    const std::string whole = text(name);
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 3) {
      std::string flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      file(name, flipped);
      ASSERT_NE(ran(steps), "") << name << ", bit " << bit;
      ASSERT_EQ(text(name), whole) << "bit " << bit;
      ASSERT_EQ(text("c"), "21input\n") << "bit " << bit;
    }
  }
}

TEST_F(Engine, ADamagedOrLostRecordRedoesItsStep) {
  const std::vector<Step> steps = chain();
  ran(steps);
  const std::string record = folder_ / "work/records/two.json";
  fs::resize_file(record, 40);
  EXPECT_EQ(ran(steps), "two ");
  fs::remove(record);
  EXPECT_EQ(ran(steps), "two ");
  fs::remove(folder_ / "d");
  EXPECT_EQ(ran(steps), "other ");
}

TEST_F(Engine, AFailureEndsTheChainWithItsReasonAndTheNextRunGoesOn) {
  std::vector<Step> steps = chain();
  const Step good = steps[1];
  steps[1] = step("two", "echo 'sh: expected all, found nothing' >&2; echo more; exit 4", {"b"}, {"c"});
  const Failure failure = run(steps);
  EXPECT_EQ(failure.exit_code, 4);
  EXPECT_NE(failure.message.find("two failed"), std::string::npos) << failure.message;
  EXPECT_NE(failure.message.find("sh: expected all, found nothing"), std::string::npos) << failure.message;
  EXPECT_FALSE(fs::exists(folder_ / "c"));
  steps[1] = good;
  EXPECT_EQ(ran(steps).find("one"), std::string::npos);
  EXPECT_EQ(text("c"), "21input\n");
}

TEST_F(Engine, ASuccessWithoutTheOutputIsAFailure) {
  const Failure failure = run({step("one", "true", {"a"}, {"b"})});
  EXPECT_EQ(failure.exit_code, base::exit_output);
  EXPECT_NE(failure.message.find("ended without it"), std::string::npos) << failure.message;
}

TEST_F(Engine, AnExitCodeMayStandForACopy) {
  std::vector<Step> steps = chain();
  steps[1] = step("two", "exit 4", {"b"}, {"c"});
  steps[1].copies = {3, 4};
  steps[1].copy_from = "b";
  steps[1].copy_to = "c";
  ran(steps);
  EXPECT_EQ(text("c"), "1input\n");
  EXPECT_EQ(ran(steps), "");
}

class Resuming : public Engine {
 protected:
  /// Leaves a half-done file and fails; with the word "resume" it finishes what is there.
  static Step slow(const std::string& more = "") {
    Step slow =
        step("slow",
             "if [ \"$1\" = resume ]; then " + more + " cat half >b; else mkdir -p s; echo half >half; echo x >s/x; exit 8; fi",
             {"a"}, {"b"});
    slow.resume = {"resume"};
    slow.scratch = {"half", "s"};
    return slow;
  }
};

TEST_F(Resuming, AStoppedStepGoesOnWithWhatItLeft) {
  EXPECT_EQ(run({slow()}).exit_code, 8);
  EXPECT_EQ(run({slow()}).exit_code, 0);
  EXPECT_EQ(text("b"), "half\n");
}

TEST_F(Resuming, WhatAnotherCommandOrInputLeftIsRemoved) {
  run({slow()});
  file("a", "another");
  EXPECT_EQ(run({slow()}).exit_code, 8) << "went on with the work of another input";
  EXPECT_EQ(run({slow("true;")}).exit_code, 8) << "went on with the work of another command";
}

TEST_F(Resuming, WhatCannotBeResumedBeginsAnew) {
  run({slow("exit 3;")});
  const Failure failure = run({slow("exit 3;")});
  EXPECT_EQ(failure.exit_code, 8) << failure.message;
  EXPECT_EQ(text("ran"), "slow\nslow\n");
}

TEST_F(Engine, StepsThatNeedNothingOfEachOtherRunAtOnce) {
  // Each waits for the other, so that one after the other they never end.
  const auto waiting = [](const std::string& mine, const std::string& other) {
    return step(mine,
                "echo >" + mine + "; n=0; while [ ! -e " + other +
                    " ] && [ $n -lt 1000 ]; do n=$((n+1)); sleep 0.01; done; [ -e " + other + " ]",
                {"a"}, {mine});
  };
  const Failure failure = run({waiting("x", "y"), waiting("y", "x")}, 2);
  EXPECT_EQ(failure.exit_code, 0) << failure.message;
}

TEST_F(Engine, ASignalReachesTheStepsAndEndsTheChain) {
  Step step = Engine::step(
      "long", "trap 'echo told >told; exit 8' TERM; echo >began; n=0; while [ $n -lt 1000 ]; do n=$((n+1)); sleep 0.01; done",
      {"a"}, {"b"});
  const Failure failure = run_steps({step}, {.folder = folder_ / ".", .threads = 1, .stop_signal = [this] {
                                               return fs::exists(folder_ / "began") ? SIGTERM : 0;
                                             }});
  EXPECT_EQ(failure.exit_code, base::exit_interrupted);
  EXPECT_TRUE(fs::exists(folder_ / "told"));
}

TEST_F(Engine, AStepThatIsKilledIsNoFailureOfItsOwn) {
  const Failure failure = run({step("one", "kill -KILL $$", {"a"}, {"b"})});
  EXPECT_EQ(failure.exit_code, base::exit_interrupted);
  EXPECT_NE(failure.message.find("signal 9"), std::string::npos) << failure.message;
}

TEST_F(Engine, AStepThatAnotherRunIsAtIsRefused) {
  fs::create_directories(folder_ / records_folder);
  const base::FileLock lock(folder_ / "work/records/one.lock");
  ASSERT_EQ(lock.outcome(), base::FileLock::Outcome::locked);
  const Failure failure = run(chain());
  EXPECT_EQ(failure.exit_code, base::exit_output);
  EXPECT_NE(failure.message.find("another run is at work on it"), std::string::npos) << failure.message;
}

TEST_F(Engine, PendingStepsHaveReasons) {
  std::vector<Step> steps = chain();
  EXPECT_EQ(pending_steps(steps, folder_ / ".").size(), 3u);
  ran(steps);
  EXPECT_TRUE(pending_steps(steps, folder_ / ".").empty());
  file("b", "damaged");
  const auto pending = pending_steps(steps, folder_ / ".");
  ASSERT_EQ(pending.size(), 2u);
  EXPECT_EQ(pending[0].second, "b is not as it was made");
  EXPECT_EQ(pending[1].second, "b has changed since");
  ran(steps);
  const auto to_come = pending_steps(steps, folder_ / ".", {"a"});
  ASSERT_EQ(to_come.size(), 3u);
  EXPECT_EQ(to_come[2].second, "a has changed since");
}

TEST_F(Engine, WhatFailedIsNamedAndWhatWaitsForItIsCounted) {
  std::vector<Step> steps = chain();
  EXPECT_EQ(name_pending(pending_steps(steps, folder_ / ".")),
            "one (it was never done), other (it was never done), and what needs them: 1 step");
  ran(steps);
  file("c", "damaged");
  EXPECT_EQ(name_pending(pending_steps(steps, folder_ / ".")), "two (c is not as it was made)");
}

}  // namespace
}  // namespace crbrt::make
