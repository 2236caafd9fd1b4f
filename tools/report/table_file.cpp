// SPDX-License-Identifier: Apache-2.0
// Two formats, one table; every row must be as wide as the header.
#include "tools/report/page.h"

#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/read_file.h"

namespace crbrt::report {
namespace {

using base::Json;
using Rows = std::vector<std::vector<std::string>>;

Rows parse_csv(const std::string& text) {
  Rows rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  const auto end_cell = [&] { row.push_back(std::exchange(cell, {})); };
  const auto end_row = [&] {
    if (row.empty() && cell.empty()) return;  // a blank line
    end_cell();
    rows.push_back(std::exchange(row, {}));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      cell += text[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      end_cell();
    else if (!quoted && c == '\n')
      end_row();
    else if (quoted || c != '\r')
      cell += c;
  }
  end_row();
  return rows;
}

std::string cell_of(const Json& value) { return value.is_text() ? value.text() : value.dump(); }

std::vector<std::string> cells_of(const Json& values) {
  std::vector<std::string> cells;
  if (values.is_object())
    for (const Json::Member& member : values.members()) cells.push_back(cell_of(member.value));
  else
    for (const Json& item : values.items()) cells.push_back(cell_of(item));
  return cells;
}

Rows parse_json(const std::string& path, const std::string& text) try {
  const Json json = Json::parse(text, path);
  Rows rows;
  if (json.contains("columns") && json.contains("rows")) {
    rows.push_back(cells_of(json.at("columns")));
    for (const Json& row : json.at("rows").items()) rows.push_back(cells_of(row));
  } else if (json.is_array() && json.size() > 0 && json.items().front().is_object()) {
    rows.emplace_back();
    for (const Json::Member& member : json.items().front().members()) rows.front().push_back(member.key);
    for (const Json& row : json.items()) rows.push_back(cells_of(row));
  } else {
    throw base::InputError(path, "an array of objects, or \"columns\" and \"rows\"", "something else");
  }
  return rows;
} catch (const base::JsonError& error) {
  throw base::InputError(path, "a table as JSON", error.what());
}

}  // namespace

Table read_table(const std::string& title, const std::string& path) {
  const std::string text = base::read_file(path, "a table (.csv or .json)");
  Rows rows = path.ends_with(".json") ? parse_json(path, text) : parse_csv(text);
  if (rows.empty()) throw base::InputError(path, "a header line", "an empty file");
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i].size() != rows.front().size())
      throw base::InputError(path, std::to_string(rows.front().size()) + " cells in row " + std::to_string(i),
                             std::to_string(rows[i].size()));
  Table table{title, "", rows.front(), {}};
  table.rows.assign(rows.begin() + 1, rows.end());
  return table;
}

}  // namespace crbrt::report
