// SPDX-License-Identifier: Apache-2.0
// Command lines are the same in every program.
#include "tools/cli/command_line.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "crbrt/isa.h"

namespace crbrt::cli {
namespace {

class Parse : public testing::Test {
 protected:
  Parse() { line_.option("--count", count_).required(); }
  bool parse_words(std::vector<std::string> words) {
    words.insert(words.begin(), "crbrt-test");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return line_.parse(static_cast<int>(argv.size()), argv.data());
  }
  CommandLine line_{"A test.", "crbrt-test", {{{"One", "crbrt-test --count 1"}, {"Two", "crbrt-test --count 2"}}}};
  int count_ = 0;
};

TEST_F(Parse, ReadsOptions) {
  EXPECT_TRUE(parse_words({"--count", "3"}));
  EXPECT_EQ(count_, 3);
}

TEST_F(Parse, HelpHasTheExitCodesAndVersionNamesProjectCpuAndLibraries) {
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_words({"--help"}));
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_NE(help.find("Exit codes:\n  0  done (flagged voxels included)\n  1  internal error\n"), std::string::npos) << help;
  EXPECT_NE(help.find("  130, 143  interrupted by SIGINT or SIGTERM"), std::string::npos) << help;
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_words({"--version"}));
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find("crbrt-test " + version() + "\n"), 0U) << text;
  for (const char* part : {name(best_isa()), "CLI11 2.", "Eigen ", "HDF5 "})
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(Parse, MistakesAreUsageErrors) {
  EXPECT_THROW(parse_words({}), base::UsageError);
  EXPECT_THROW(parse_words({"--count", "x"}), base::UsageError);
  EXPECT_THROW(parse_words({"--count", "1", "--colour"}), base::UsageError);
}

TEST(Positive, IsSaidInWords) {
  CommandLine line("A test.", "crbrt-test", {{{"One", "crbrt-test --voxels 1"}, {"Two", "crbrt-test --sigma 2"}}});
  std::uint64_t voxels = 0;
  double sigma = 0;
  line.option("--voxels N", voxels).positive();
  line.option("--sigma NOISE", sigma).positive();
  for (const char* option : {"--voxels", "--sigma"}) {
    for (const char* value : {"0", "-1", "nan", "x"}) {
      std::string words[] = {"crbrt-test", option, value};
      char* argv[] = {words[0].data(), words[1].data(), words[2].data()};
      try {
        line.parse(3, argv);
        FAIL() << option << " " << value;
      } catch (const base::UsageError& error) {
        EXPECT_EQ(std::string(error.what()).find(std::string(option) + ": expected a number greater than 0, found " + value),
                  0U)
            << error.what();
      }
    }
  }
}

TEST(Lists, HoldEveryValueOnceWhereTwiceMakesNoSense) {
  expect_different("--dataset", {"a", "b"});
  try {
    expect_different("--dataset", {"a", "b", "a"});
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_STREQ(error.what(), "--dataset: expected every value once, found a twice");
  }
}

TEST(CommandText, IsQuotedForAShell) {
  std::string words[] = {"crbrt-map", "--out", "a b", "it's", ""};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data()};
  EXPECT_EQ(command_text(5, argv), "crbrt-map --out 'a b' 'it'\\''s' ''");
}

}  // namespace
}  // namespace crbrt::cli
