// SPDX-License-Identifier: Apache-2.0
// Each format is undone by a reader of its own kind that shares no code with our writers: gnuplot itself, a compiler, RFC 4180
// and the entities of HTML by hand.
#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "base/escaped.h"
#include "base/gnuplot.h"
#include "base/json.h"
#include "physics/io/hdf5_reader.h"
#include "tests/e2e/awkward_text/field.h"
#include "tests/e2e/page_json.h"

namespace crbrt::tests {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::EndsWith;
using testing::Eq;
using testing::HasSubstr;
using testing::Not;

/// What JSON can hold of a text: bytes that are no UTF-8 are U+FFFD there.
std::string in_json(const std::string& text) { return base::Json::parse(base::Json(text).dump(), "text").text(); }

/// As people see it, on one line or on several. A text that came through JSON has lost its bytes that are no UTF-8.
auto is_shown(const std::string& text) {
  const std::string kept = in_json(text);
  return AnyOf(HasSubstr(base::for_terminal(text)), HasSubstr(base::lines_for_terminal(text)),
               HasSubstr(base::for_terminal(kept)), HasSubstr(base::lines_for_terminal(kept)));
}

void collect(const base::Json& json, std::vector<std::string>& texts) {
  if (json.is_text()) texts.push_back(json.text());
  if (json.is_array())
    for (const base::Json& item : json.items()) collect(item, texts);
  if (json.is_object())
    for (const base::Json::Member& member : json.members()) {
      texts.push_back(member.key);
      collect(member.value, texts);
    }
}

std::vector<std::string> texts_of(const base::Json& json) {
  std::vector<std::string> texts;
  collect(json, texts);
  for (std::size_t i = 0, n = texts.size(); i < n; ++i)  // a provenance is JSON inside of JSON
    if (texts[i].starts_with("{")) collect(base::Json::parse(texts[i], "inner"), texts);
  return texts;
}

/// RFC 4180: cells end at commas and line ends outside of quotes, and two quotes are one. Fails where lines differ in cells.
std::vector<std::string> csv_cells(const std::string& text) {
  std::vector<std::string> cells{""};
  std::vector<std::size_t> widths;
  std::size_t width = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      EXPECT_THAT(cells.back(), Eq("")) << "a quote inside a cell that does not begin with one";
      for (++i; i < text.size() && !(text[i] == '"' && text.compare(i, 2, "\"\"") != 0); ++i) {
        cells.back() += text[i];
        if (text[i] == '"') ++i;
      }
    } else if (text[i] == ',') {
      cells.emplace_back(), ++width;
    } else if (text[i] == '\n') {
      widths.push_back(width);
      cells.emplace_back(), width = 1;
    } else {
      cells.back() += text[i];
    }
  }
  EXPECT_THAT(widths, testing::Each(widths.front())) << text;
  return cells;
}

/// Texts and attributes of a page without its tags, entities read. Scripts and style sheets are no text.
std::string html_text(std::string page) {
  page = std::regex_replace(page, std::regex("<(script|style)[^>]*>[^<]*</(script|style)>"), "");
  page = std::regex_replace(page, std::regex("<[^>]*\\b(title|alt)=\"([^\"]*)\"[^>]*>"), "\n$2\n");
  page = std::regex_replace(page, std::regex("<[^>]*>"), "\n");
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}})
    page = std::regex_replace(page, std::regex(entity), character);
  return page;
}

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

void expect_found(const Place& place, const std::string& text, const Workplace& workplace, const std::string& said) {
  const std::string path = workplace.file(place.file);
  const std::string content = std::filesystem::is_regular_file(path) ? content_of(path) : "";
  SCOPED_TRACE(place.file + " " + place.where);
  switch (place.reader) {
    case Reader::terminal: EXPECT_THAT(said, is_shown(text)); break;
    case Reader::json:
      EXPECT_THAT(texts_of(base::Json::from_file(path)), Contains(HasSubstr(in_json(text))));
      EXPECT_EQ(base::lines_for_terminal(content).find('\x1b'), std::string::npos);
      break;
    case Reader::csv:
      EXPECT_THAT(csv_cells(content), Contains(AnyOf(is_shown(text), HasSubstr(text), HasSubstr(in_json(text))))) << content;
      EXPECT_THAT(csv_cells(content), Not(Contains(testing::StartsWith("=")))) << "a formula";
      break;
    case Reader::tsv: EXPECT_THAT(content, is_shown(text)); break;
    case Reader::html:
      EXPECT_THAT(html_text(content), is_shown(text)) << content;
      EXPECT_THAT(content, Not(HasSubstr("<i>")));
      break;
    case Reader::page:
      EXPECT_THAT(texts_of(report_in(content)), Contains(HasSubstr(in_json(text))));
      EXPECT_THAT(content, Not(HasSubstr("<i>")));
      break;
    case Reader::gnuplot: {
      const Outcome outcome = run("cd " + workplace.file("") + "; gnuplot -e " +
                                  quoted("load " + base::gnuplot_string(place.file) + "; print " + place.where));
      EXPECT_THAT(outcome.text, AnyOf(HasSubstr(text), HasSubstr(base::gnuplot_markup(text))));
      EXPECT_EQ(outcome.exit_code, 0);
      break;
    }
    case Reader::png: EXPECT_EQ(content.substr(1, 3), "PNG"); break;
    case Reader::source: {
      EXPECT_THAT(content, HasSubstr(text.substr(0, text.find('*'))));  // what would end a comment is taken apart
      const Outcome outcome = run(
          place.where + " -Wall -Werror -fsyntax-only -I " CRBRT_SOURCE_DIR "/runtime/include -include " + path + " /dev/null");
      EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
      break;
    }
    case Reader::hdf5:
      EXPECT_THAT(physics::Hdf5Reader(path).text_attribute("/", place.where),
                  AnyOf(HasSubstr(in_json(text)), HasSubstr(base::Json(text).dump())));
      break;
    case Reader::absent: EXPECT_FALSE(std::filesystem::exists(path)); break;
  }
}

}  // namespace crbrt::tests
