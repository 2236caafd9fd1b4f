// SPDX-License-Identifier: Apache-2.0
// --help, man page and completions from one definition.
#include "tools/cli/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "tools/cli/command_line.h"

namespace crbrt::cli {
namespace {

using testing::HasSubstr;

/// A program with one subcommand, as the library behind the command line would be told.
struct Program {
  Program() {
    Command make = line.subcommand("make", "makes it, with Cram\u00e9r's bound");
    make.option("--model FILE", model,
                "the model, whose description is so long that it does not fit into one line of the help text")
        .required();
    make.option("--tr SECONDS", tr_s, "repetition time").positive();
    make.option("--kind,--old-kind KIND", kind, "what's made").one_of({"one", "two"});
    make.flag("--fast", fast, "a 'quick' look\\back");
    line.subcommand("show", "shows it").older_name("print").option("folder FOLDER", model, "the folder");
  }
  std::string model, kind;
  double tr_s = 0;
  bool fast = false;
  CommandLine line{
      "Makes and shows.", "crbrt-test", {{{"Made", "crbrt-test make --model m.crbm"}, {"Shown", "crbrt-test show maps"}}}};
};

TEST(Wrapped, CountsCharactersAndKeepsLongWordsWhole) {
  EXPECT_EQ(wrapped("\u00e9\u00e9 \u00e9\u00e9 a", 0, 5), "\u00e9\u00e9 \u00e9\u00e9\na");
  EXPECT_EQ(wrapped("a abcdefgh b", 2, 6), "  a\n  abcdefgh\n  b");
  EXPECT_EQ(wrapped("", 2, 6), "  ");
}

TEST(HelpText, OfASubcommandNamesValuesAndEndsWithItsOwnExamples) {
  const Program program;
  const CommandDefinition& all = program.line.definition();
  const std::string help = help_text(all, all.commands.front());
  EXPECT_THAT(help, HasSubstr("Usage: crbrt-test make --model FILE [OPTION...]"));
  EXPECT_THAT(help, HasSubstr("--tr SECONDS            repetition time (above 0)"));
  EXPECT_THAT(help, HasSubstr("  --kind, --old-kind KIND\n                          what's made (one of one, two)"));
  EXPECT_TRUE(help.ends_with("Examples:\n  Made:\n      crbrt-test make --model m.crbm\n")) << help;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), help_width) << line;
}

TEST(ExitCodes, AreThoseOfTheProgram) {
  Program program;
  program.line.exit_code(base::exit_ok, "served");
  program.line.exit_code(base::exit_not_fit, "made, and not fit");
  program.line.exit_code(base::exit_disagreement, "");
  const CommandDefinition& all = program.line.definition();
  const std::string help = help_text(all, all.commands.front()), page = man_page(all);
  EXPECT_THAT(help, HasSubstr("  0  served\n"));
  EXPECT_THAT(help, HasSubstr("  9  made, and not fit\n"));
  EXPECT_EQ(help.find("\n  4  "), std::string::npos) << help;
  EXPECT_THAT(page, HasSubstr("\\fB9\\fR\nmade, and not fit\n"));
  EXPECT_EQ(page.find("\\fB4\\fR"), std::string::npos) << page;
}

TEST(ManPage, EscapesWhatTroffWouldRead) {
  const std::string page = man_page(Program().line.definition());
  EXPECT_THAT(page, HasSubstr("Cram\\[u00E9]r\\(aqs bound"));
  EXPECT_THAT(page, HasSubstr("a \\(aqquick\\(aq look\\eback"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-tr\\fR \\fISECONDS\\fR"));
}

TEST(Completion, QuotesForItsShell) {
  const Program program;
  EXPECT_THAT(completion(program.line.definition(), "zsh"), HasSubstr("--fast[a '\\''quick'\\'' look\\\\back]"));
  EXPECT_THAT(completion(program.line.definition(), "fish"), HasSubstr("-d 'what\\'s made'"));
  EXPECT_THROW(completion(program.line.definition(), "tcsh"), base::UsageError);
}

}  // namespace
}  // namespace crbrt::cli
