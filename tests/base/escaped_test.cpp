// SPDX-License-Identifier: Apache-2.0
// Texts come out as texts: what a reader undoes is what went in, and nothing is left that it would take for more.
#include "base/escaped.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>

#include "base/json.h"
#include "tests/support/awkward_text.h"

namespace crbrt::base {
namespace {

using tests::awkward_text;
using tests::awkward_text_shown;

/// Entities as HTML reads them.
std::string read_html(std::string text) {
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}})
    text = std::regex_replace(text, std::regex(entity), character);
  return text;
}

/// A cell in quotes as RFC 4180 reads it.
std::string read_quoted_cell(const std::string& cell) {
  std::string text;
  for (std::size_t i = 1; i + 1 < cell.size(); ++i) {
    text += cell[i];
    if (cell[i] == '"') ++i;  // the first of two
  }
  return text;
}

std::string with_line_ends(const std::string& shown) { return std::regex_replace(shown, std::regex(R"(\\n)"), "\n"); }

TEST(ForTerminal, NothingIsLeftThatATerminalObeys) {
  EXPECT_EQ(for_terminal(awkward_text), awkward_text_shown);
  EXPECT_EQ(lines_for_terminal(awkward_text), with_line_ends(awkward_text_shown));
  EXPECT_EQ(for_terminal("Überlingen, 37 °C, T₁ 🧠"), "Überlingen, 37 °C, T₁ 🧠");
  for (const char* no_utf8 : {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x80", "\xf0\x80\x80\x80", "\x80"}) {
    const std::string shown = for_terminal(no_utf8);
    EXPECT_TRUE(std::all_of(shown.begin(), shown.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) << shown;
  }
}

TEST(ForHtml, IsReadBackAndHoldsNoMarkup) {
  const std::string html = for_html(awkward_text);
  EXPECT_EQ(read_html(html), with_line_ends(awkward_text_shown));
  EXPECT_EQ(html.find_first_of("<>\"'\x1b"), std::string::npos) << html;
}

TEST(ForCsv, IsReadBackAndIsNoFormula) {
  EXPECT_EQ(read_quoted_cell(for_csv(awkward_text)), std::string("'").append(with_line_ends(awkward_text_shown)));
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
    EXPECT_EQ(for_csv(formula).front(), '\'') << formula;
  for (const char* plain : {"T1map", "grey matter", "a=b", "1e-5", "", "it's"}) EXPECT_EQ(for_csv(plain), plain);
  EXPECT_EQ(for_csv(" a"), "\" a\"");
}

TEST(JsonForScript, HoldsNoTagAndMeansTheSame) {
  const Json json{{"</script><!--", awkward_text}};
  const std::string script = json_for_script(json.dump());
  EXPECT_EQ(script.find('<'), std::string::npos) << script;
  EXPECT_EQ(Json::parse(script, "script"), Json::parse(json.dump(), "json"));
}

TEST(Json, IsReadBackAndHoldsNothingThatATerminalObeys) {
  const std::string text = Json(awkward_text).dump();
  EXPECT_EQ(text, tests::awkward_text_json);
  EXPECT_EQ(Json::parse(Json("a\x7f\xc2\x80\xc2\x9f").dump(), "json").text(), "a\x7f\xc2\x80\xc2\x9f");
}

}  // namespace
}  // namespace crbrt::base
