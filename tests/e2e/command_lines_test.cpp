// SPDX-License-Identifier: Apache-2.0
// --help, man pages and completions of every program, as a user's terminal and shell see them.
#include <gtest/gtest.h>

#include <set>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/run_program.h"

namespace crbrt::tests {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class EveryProgram : public testing::TestWithParam<std::string> {};

/// The texts of --help of a program and of its subcommands.
std::vector<std::string> helps_of(const std::string& program) {
  std::vector<std::string> helps{run(program + " --help").text};
  bool is_command = false;
  for (const std::string& line : lines_of(helps.front())) {
    if (line.empty()) is_command = false;
    if (is_command && line.size() > 2 && line[2] != ' ')
      helps.push_back(run(program + " " + words_of(line).front() + " --help").text);
    if (line.starts_with("Commands")) is_command = true;
  }
  return helps;
}

TEST_P(EveryProgram, HelpWrapsAndNamesWhatStandsBehindAnOption) {
  for (const std::string& help : helps_of(GetParam()))
    for (const std::string& line : lines_of(help)) {
      EXPECT_LE(line.size(), 100U) << line;
      if (!line.starts_with("  --")) continue;
      EXPECT_EQ(line.find(" TEXT"), std::string::npos) << "nothing says what is meant: " << line;
    }
}

TEST_P(EveryProgram, HelpExplainsEveryOption) {
  for (const std::string& help : helps_of(GetParam())) {
    const std::vector<std::string> lines = lines_of(help);
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      if (!lines[i].starts_with("  --")) continue;
      const bool beside = lines[i].find("  ", 4) != std::string::npos;
      const std::string explained = beside ? lines[i].substr(lines[i].find("  ", 4)) : lines[i + 1];
      EXPECT_NE(words_of(explained).at(0).front(), '(') << lines[i];
    }
  }
}

TEST_P(EveryProgram, HelpEndsWithTwoExamplesOfOptionsThatExist) {
  const std::vector<std::string> helps = helps_of(GetParam());
  const std::size_t begin = helps.front().find("\nExamples:\n");
  ASSERT_NE(begin, std::string::npos) << helps.front();
  std::string all;
  for (const std::string& help : helps) all += help;
  int n_example = 0;
  for (const std::string& word : words_of(helps.front().substr(begin))) {
    if (word == GetParam()) ++n_example;
    if (!word.starts_with("--")) continue;
    const bool is_there = all.find("  " + word + " ") != std::string::npos ||
                          all.find("  " + word + ",") != std::string::npos || all.find("  " + word + "\n") != std::string::npos;
    EXPECT_TRUE(is_there) << word;
  }
  EXPECT_EQ(n_example, 2) << helps.front();
}

// A code that a program does not have is one that a script waits for in vain.
TEST_P(EveryProgram, HelpHasItsOwnExitCodesAlone) {
  const std::map<std::string, std::string> beyond_all{
      {"crbrt-bids", "8 "}, {"crbrt-compare", "9 "}, {"crbrt-eval", "9 "}, {"crbrt-make", "8 9 10 "}, {"crbrt-train", "8 10 "}};
  const std::string help = helps_of(GetParam()).front();
  const std::size_t begin = help.find("\nExit codes:\n"), end = help.find("\nExamples:\n");
  ASSERT_LT(begin, end) << help;
  std::istringstream lines(help.substr(begin, end - begin));
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.find("crbrt-"), std::string::npos) << "of another program: " << line;
    const std::string code = line.substr(0, line.find("  ", 2));
    if (code == "  8" || code == "  9" || code == "  10") found += code.substr(2) + " ";
  }
  EXPECT_EQ(found, beyond_all.contains(GetParam()) ? beyond_all.at(GetParam()) : "") << help;
}

TEST_P(EveryProgram, AnswersThatCannotBeWrittenAreNoSuccess) {
  for (const std::string question : {" --help", " --generate bash"}) {
    const Outcome full = run(GetParam() + question + " >/dev/full");
    EXPECT_EQ(full.exit_code, 5) << question << full.text;
    // Why a write in the middle failed, stdio does not keep.
    EXPECT_EQ(full.text.find(GetParam() + ": standard output: cannot be written: "), 0U) << question << full.text;
  }
}

TEST_P(EveryProgram, ManPageHasNoWarningOfGroff) {
  if (run("command -v groff").exit_code != 0) GTEST_SKIP() << "no groff on this machine";
  const Outcome page = run(GetParam() + " --generate man | groff -man -ww -z -Tutf8");
  EXPECT_EQ(page.exit_code, 0);
  EXPECT_EQ(page.text, "");
}

TEST_P(EveryProgram, CompletionsAreScriptsOfTheirShells) {
  int n_missing = 0;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Outcome script = run(GetParam() + " --generate " + shell);
    EXPECT_EQ(script.exit_code, 0);
    EXPECT_NE(script.text.find(GetParam()), std::string::npos);
    if (run("command -v " + shell).exit_code != 0) {
      ++n_missing;
      continue;
    }
    const Outcome checked =
        run("f=$(mktemp); " + GetParam() + " --generate " + shell + " >$f; " + shell + " -n $f; s=$?; rm $f; exit $s");
    EXPECT_EQ(checked.exit_code, 0) << shell << ": " << checked.text;
  }
  if (n_missing > 0) GTEST_SKIP() << n_missing << " of bash, zsh and fish are not on this machine";
}

INSTANTIATE_TEST_SUITE_P(Crbrt, EveryProgram, testing::ValuesIn(words_of(CRBRT_PROGRAM_NAMES)),
                         [](const auto& program) { return program.param.substr(program.param.find('-') + 1); });

TEST(Repeated, DataSetsAndNamesOfMethodsAreUsage) {
  const Outcome sets = run("crbrt-eval --model m.crbm --dataset d.h5 --dataset d.h5");
  EXPECT_EQ(sets.exit_code, 2);
  EXPECT_NE(sets.text.find("--dataset: expected every value once, found d.h5 twice"), std::string::npos) << sets.text;
  const Outcome maps = run("crbrt-phantom rois --phantom p --maps s=A --maps s=B --csv r.csv");
  EXPECT_EQ(maps.exit_code, 2);
  EXPECT_NE(maps.text.find("--maps: expected every value once, found s twice"), std::string::npos) << maps.text;
}

/// What bash offers for the last of `words`.
std::string completed(const std::string& program, const std::string& words) {
  std::string function = "_" + program;
  for (char& c : function)
    if (c == '-') c = '_';
  return run("bash -c 'eval \"$(" + program + " --generate bash)\"; COMP_WORDS=(" + words +
             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); " + function + "; printf \"%s\\n\" \"${COMPREPLY[@]}\"'")
      .text;
}

TEST(BashCompletion, OffersOptionsCommandsFilesAndFolders) {
  EXPECT_EQ(completed("crbrt-map", "crbrt-map --mo"), "--model\n");
  EXPECT_EQ(completed("crbrt-design", "crbrt-design wr"), "write\n");
  EXPECT_EQ(completed("crbrt-design", "crbrt-design write --sh"), "--shape\n");
  EXPECT_EQ(completed("crbrt-map", "crbrt-map --model " CRBRT_SOURCE_DIR "/READM"), CRBRT_SOURCE_DIR "/README.md\n");
  EXPECT_EQ(completed("crbrt-map", "crbrt-map --out " CRBRT_SOURCE_DIR "/runtim"), CRBRT_SOURCE_DIR "/runtime\n");
  EXPECT_EQ(completed("crbrt-map", "crbrt-map --threads 1"), "\n");  // a number is not guessed
}

TEST(FishCompletion, OffersOptions) {
  if (run("command -v fish").exit_code != 0) GTEST_SKIP() << "no fish on this machine";
  const std::string offered = run("fish -c 'crbrt-map --generate fish | source; complete -C \"crbrt-map --mo\"'").text;
  EXPECT_EQ(offered.find("--model"), 0U) << offered;
}

}  // namespace
}  // namespace crbrt::tests
