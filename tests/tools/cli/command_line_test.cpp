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
  EXPECT_NE(help.find(base::exit_code_help()), std::string::npos) << help;
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

TEST(CommandText, IsQuotedForAShell) {
  std::string words[] = {"crbrt-map", "--out", "a b", "it's", ""};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data()};
  EXPECT_EQ(command_text(5, argv), "crbrt-map --out 'a b' 'it'\\''s' ''");
}

}  // namespace
}  // namespace crbrt::cli
