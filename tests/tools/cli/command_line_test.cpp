// Exit codes and command lines are the same in every program.
#include "tools/cli/command_line.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "tools/cli/error.h"

namespace crbrt::cli {
namespace {

template <class Exception>
int throwing(int, char**) {
  throw Exception("x");
}

struct Outcome {
  int exit_code;
  std::string text;
};

Outcome run(int (*body)(int, char**)) {
  testing::internal::CaptureStderr();
  const int exit_code = run_main("crbrt-test", body, 0, nullptr);
  return {exit_code, testing::internal::GetCapturedStderr()};
}

TEST(RunMain, TurnsErrorsIntoALineAndTheirExitCode) {
  const Outcome input = run([](int, char**) -> int { throw InputError("a.nii", "3 dimensions", "2"); });
  EXPECT_EQ(input.exit_code, 3);
  EXPECT_EQ(input.text, "crbrt-test: a.nii: expected 3 dimensions, found 2\n");
  EXPECT_EQ(run([](int, char**) -> int { throw DisagreementError("a", "b", "c"); }).exit_code, 4);
  const Outcome output = run([](int, char**) -> int { throw OutputError("a.nii", "No space left on device"); });
  EXPECT_EQ(output.exit_code, 5);
  EXPECT_EQ(output.text, "crbrt-test: a.nii: cannot be written: No space left on device\n");
  EXPECT_EQ(run(throwing<UsageError>).exit_code, 2);
  EXPECT_EQ(run([](int, char**) -> int { throw Error(exit_partial, "1 of 2 shards failed"); }).exit_code, 8);
}

TEST(RunMain, EverythingElseIsADefectOfOurs) {
  EXPECT_EQ(run(throwing<std::runtime_error>).exit_code, 1);
  EXPECT_EQ(run(throwing<std::runtime_error>).text, "crbrt-test: internal error: x\n");
  EXPECT_EQ(run([](int, char**) -> int { throw std::bad_alloc(); }).text, "crbrt-test: out of memory\n");
  EXPECT_EQ(run([](int, char**) -> int { throw 5; }).exit_code, 1);
}

TEST(RunMain, PassesTheProgramsOwnCode) {
  EXPECT_EQ(run([](int, char**) -> int { return exit_partial; }).exit_code, 8);
}

class Parse : public testing::Test {
 protected:
  Parse() {
    add_common_options(app_);
    app_.add_option("--count", count_)->required();
  }
  bool parse_words(std::vector<std::string> words) {
    words.insert(words.begin(), "crbrt-test");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return parse(app_, static_cast<int>(argv.size()), argv.data());
  }
  CLI::App app_{"A test.", "crbrt-test"};
  int count_ = 0;
};

TEST_F(Parse, ReadsOptions) {
  EXPECT_TRUE(parse_words({"--count", "3"}));
  EXPECT_EQ(count_, 3);
}

TEST_F(Parse, HelpEndsWithTheExitCodesAndVersionIsTheProjects) {
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_words({"--help"}));
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_NE(help.find(exit_code_help()), std::string::npos) << help;
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse_words({"--version"}));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "crbrt-test " + version() + "\n");
}

TEST_F(Parse, MistakesAreUsageErrors) {
  EXPECT_THROW(parse_words({}), UsageError);
  EXPECT_THROW(parse_words({"--count", "x"}), UsageError);
  EXPECT_THROW(parse_words({"--count", "1", "--colour"}), UsageError);
}

TEST(CommandText, IsQuotedForAShell) {
  std::string words[] = {"crbrt-map", "--out", "a b", "it's", ""};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data()};
  EXPECT_EQ(command_text(5, argv), "crbrt-map --out 'a b' 'it'\\''s' ''");
}

}  // namespace
}  // namespace crbrt::cli
