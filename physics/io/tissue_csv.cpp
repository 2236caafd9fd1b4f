// SPDX-License-Identifier: Apache-2.0
// Strict on purpose: an unknown or a missing column is an error, because a misspelt one would silently be a default.
#include "physics/io/sequence_io.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "base/error.h"
#include "base/read_file.h"
#include "physics/io/plausible.h"

namespace crbrt::physics {
namespace {

std::string trimmed(const std::string& text) {
  const char* const blank = " \t\r\"";
  const std::size_t from = text.find_first_not_of(blank);
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t from = 0;;) {
    const std::size_t comma = line.find(',', from);
    cells.push_back(trimmed(line.substr(from, comma == std::string::npos ? comma : comma - from)));
    if (comma == std::string::npos) return cells;
    from = comma + 1;
  }
}

std::vector<Parameter> parse_header(const std::string& path, const std::string& line) {
  std::vector<Parameter> columns;
  for (const std::string& cell : cells_of(line)) {
    const std::optional<Parameter> parameter = parameter_from_name(cell);
    if (!parameter) throw base::InputError(path + ", line 1", "names of tissue parameters", "\"" + cell + "\"");
    if (std::find(columns.begin(), columns.end(), *parameter) != columns.end())
      throw base::InputError(path + ", line 1", "every column once", cell + " twice");
    columns.push_back(*parameter);
  }
  for (std::size_t p = 0; p < n_parameter; ++p)
    if (std::find(columns.begin(), columns.end(), static_cast<Parameter>(p)) == columns.end())
      throw base::InputError(path + ", line 1", "a column " + std::string(name(static_cast<Parameter>(p))), "none");
  return columns;
}

double parse_number(const std::string& place, const std::string& cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) throw base::InputError(place, "a number", "\"" + cell + "\"");
  return value;
}

/// The first column whose value alone spoils an otherwise valid tissue; empty when only the combination is wrong.
std::string culprit(const Tissue& tissue) {
  const Tissue valid{0.1, 1, 10, 10, 1, 1e-5, 0, 1};
  for (std::size_t p = 0; p < n_parameter; ++p) {
    std::array<double, n_parameter> v = valid.values();
    v[p] = tissue.values()[p];
    if (!why_invalid(Tissue::from_values(v)).empty()) return std::string(name(static_cast<Parameter>(p)));
  }
  return {};
}

Tissue parse_tissue(const std::string& place, const std::vector<Parameter>& columns, const std::string& line) {
  const std::vector<std::string> cells = cells_of(line);
  if (cells.size() != columns.size())
    throw base::InputError(place, std::to_string(columns.size()) + " values", std::to_string(cells.size()));
  std::array<double, n_parameter> v{};
  for (std::size_t i = 0; i < cells.size(); ++i)
    v[static_cast<std::size_t>(columns[i])] = parse_number(place + ", column " + std::string(name(columns[i])), cells[i]);
  const Tissue tissue = Tissue::from_values(v);
  if (const std::string_view why = why_invalid(tissue); !why.empty()) {
    std::string where = place, shown;
    if (const std::string column = culprit(tissue); !column.empty()) {
      where += ", column " + column;
      const auto at = std::find(columns.begin(), columns.end(), *parameter_from_name(column)) - columns.begin();
      shown = " (" + cells[static_cast<std::size_t>(at)] + ")";
    }
    throw base::Error(base::exit_input, where + ": " + std::string(why) + shown);
  }
  return tissue;
}

/// The first value of each column that no tissue has, and how many there are.
class Oddities {
 public:
  void look_at(const Tissue& tissue, std::size_t line) {
    for (std::size_t p = 0; p < n_parameter; ++p) {
      const std::string why = why_implausible(quantity_of(static_cast<Parameter>(p)), tissue.values()[p]);
      if (why.empty()) continue;
      if (n_[p]++ == 0)
        first_[p] = "line " + std::to_string(line) + ", column " + std::string(name(static_cast<Parameter>(p))) + ": " + why;
    }
  }
  void warn(const std::string& path, base::Warnings& warnings) const {
    for (std::size_t p = 0; p < n_parameter; ++p) {
      if (n_[p] == 0) continue;
      const std::string others = n_[p] == 1 ? "" : ", and " + std::to_string(n_[p] - 1) + " more in this column";
      warnings.add(path + ", " + first_[p] + others + "; tissues have " +
                   plausible_range(quantity_of(static_cast<Parameter>(p))));
    }
  }

 private:
  std::array<std::size_t, n_parameter> n_{};
  std::array<std::string, n_parameter> first_;
};

}  // namespace

std::vector<Tissue> read_tissues(const std::string& path, base::Warnings& warnings) {
  base::expect_file(path, "a readable CSV file");
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!file || !std::getline(file, line)) throw base::InputError(path, "a readable CSV file", "an empty one");
  if (constexpr std::string_view mark = "\xef\xbb\xbf"; line.starts_with(mark)) line.erase(0, mark.size());  // of spreadsheets
  const std::vector<Parameter> columns = parse_header(path, line);
  std::vector<Tissue> tissues;
  Oddities oddities;
  for (std::size_t number = 2; std::getline(file, line); ++number) {
    if (trimmed(line).empty()) continue;
    tissues.push_back(parse_tissue(path + ", line " + std::to_string(number), columns, line));
    oddities.look_at(tissues.back(), number);
  }
  if (tissues.empty()) throw base::InputError(path, "at least one tissue", "a header alone");
  oddities.warn(path, warnings);
  return tissues;
}

}  // namespace crbrt::physics
