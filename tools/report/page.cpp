// SPDX-License-Identifier: Apache-2.0
// One style sheet, no scripts, no outside addresses: the page opens from a folder without a network.
#include "tools/report/page.h"

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/read_file.h"

namespace crbrt::report {
namespace {

constexpr const char* style = R"css(
body { font: 15px/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; max-width: 1180px; margin: 2em auto;
       padding: 0 1.5em; }
h1 { font-size: 1.8em; margin-bottom: 0.2em; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; } h3 { margin-top: 1.8em; }
table { border-collapse: collapse; margin: 0.8em 0; font-size: 0.92em; } .wide { overflow-x: auto; }
th, td { padding: 0.25em 0.7em; border-bottom: 1px solid #e2e2e2; text-align: left; vertical-align: top; }
th { background: #f4f4f4; border-bottom: 2px solid #bbb; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.pass { color: #0a6b2d; font-weight: 600; } td.fail, li.fail { color: #b00020; font-weight: 600; } td.open { color: #8a6d00; }
figure { margin: 1.2em 0; } figure svg, figure img { display: block; max-width: 100%; height: auto; margin: 0.4em 0; }
figcaption, .note { color: #444; max-width: 75em; } svg image { image-rendering: pixelated; }
pre, code { font-size: 0.85em; } pre { background: #f6f6f6; padding: 0.6em; overflow-x: auto; white-space: pre-wrap;
      word-break: break-all; } summary { cursor: pointer; color: #1a5fb4; margin: 0.6em 0; } nav a { margin-right: 1em; }
)css";

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.,+-eE% ") == std::string::npos &&
         cell.find_first_of("0123456789") != std::string::npos;
}

std::string cell_class(const std::string& cell) {
  if (cell == "pass" || cell == "fail") return " class=\"" + cell + "\"";
  if (cell == "not measured") return " class=\"open\"";
  return is_number(cell) ? " class=\"number\"" : "";
}

}  // namespace

std::string Table::html() const {
  std::string text = title.empty() ? "" : "<h3>" + base::for_html(title) + "</h3>\n";
  if (!note.empty()) text += "<p class=\"note\">" + base::for_html(note) + "</p>\n";
  text += "<div class=\"wide\"><table>\n<tr>";
  for (const std::string& cell : header) text += "<th>" + base::for_html(cell) + "</th>";
  text += "</tr>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (const std::string& cell : row) text += "<td" + cell_class(cell) + ">" + base::for_html(cell) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string Figure::html() const {
  std::string text = "<figure id=\"" + base::for_html(id) + "\">\n<h3>" + base::for_html(title) + "</h3>\n";
  for (const std::string& picture : pictures) text += picture + "\n";
  if (!folded.empty()) {
    text += "<details><summary>More of this figure (" + std::to_string(folded.size()) + ")</summary>\n";
    for (const std::string& picture : folded) text += picture + "\n";
    text += "</details>\n";
  }
  return text + "<figcaption>" + base::for_html(caption) + "</figcaption>\n</figure>\n";
}

std::string png_address(const std::string& path) {
  const std::string bytes = base::read_file(path, "a PNG picture");
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n")) throw base::InputError(path, "a PNG picture", "another kind of file");
  return "data:image/png;base64," + base::base64(bytes);
}

std::string page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + base::for_html(title) +
         "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + base::for_html(title) + "</h1>\n" + body +
         "</body>\n</html>\n";
}

}  // namespace crbrt::report
