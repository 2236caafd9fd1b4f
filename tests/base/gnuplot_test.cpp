// SPDX-License-Identifier: Apache-2.0
// gnuplot itself says what it read: pictures as SVG hold their texts.
#include "base/gnuplot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "base/error.h"
#include "base/escaped.h"
#include "tests/support/awkward_text.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::awkward_text;
using tests::awkward_text_shown;

class Gnuplot : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/bin/gnuplot")) GTEST_SKIP() << "no gnuplot: what it reads is not checked";
  }

  /// The texts of a picture of `commands`, without their markup. SVG escapes & and <, no more.
  std::string drawn(const std::string& commands) {
    const std::string picture = folder / "it's\n`a`.svg";
    run_gnuplot("set terminal svg enhanced\nset encoding utf8\nset output " + gnuplot_file(picture) + "\n" + commands +
                "\nplot [0:1] 0 notitle\n");
    return std::regex_replace(tests::content_of(picture), std::regex("<[^>]*>"), "");
  }

  std::string in_svg() {
    std::string text = awkward_text_shown;
    text = std::regex_replace(text, std::regex("&"), "&amp;");
    return std::regex_replace(text, std::regex("<"), "&lt;");
  }

  tests::TemporaryFolder folder;
};

TEST_F(Gnuplot, DrawsTextsAsTheyAreWithAndWithoutMarkup) {
  const std::string plain = drawn("set title " + gnuplot_text(awkward_text) + " noenhanced");
  EXPECT_NE(plain.find(in_svg()), std::string::npos) << plain;
  const std::string markup = drawn("set title " + gnuplot_string("T_{1} " + gnuplot_markup(awkward_text)));
  EXPECT_NE(markup.find(in_svg()), std::string::npos) << markup;
}

TEST_F(Gnuplot, AStringHoldsEveryByte) {
  const std::string text = drawn("s = " + gnuplot_string(std::string(awkward_text) + "@m \t\x7f") +
                                 "\nset title sprintf('length %d', strlen(s)) noenhanced");
  // gnuplot counts characters; the byte that is no UTF-8 is one.
  EXPECT_NE(text.find("length "), std::string::npos) << text;
  const std::string same = drawn("s = " + gnuplot_string("a\"b`c@d\\e\nf'g") +
                                 "\nset title (s eq \"a\\\"b\\140c\\100d\\\\e\\nf'g\" ? 'same' : 'other') noenhanced");
  EXPECT_NE(same.find("same"), std::string::npos) << same;
}

TEST_F(Gnuplot, FilesAreNeverPipesOrOptions) {
  EXPECT_EQ(gnuplot_file("< echo 1"), "\"./< echo 1\"");
  EXPECT_EQ(gnuplot_file("|cat"), "\"./|cat\"");
  EXPECT_EQ(gnuplot_file("/a\"b"), "\"/a\\042b\"");
}

TEST_F(Gnuplot, FailsWithItsWords) {
  try {
    run_gnuplot("set nonsense\n");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), exit_output);
    EXPECT_NE(std::string(error.what()).find("gnuplot failed: "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace crbrt::base
