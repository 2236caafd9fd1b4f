// SPDX-License-Identifier: Apache-2.0
// The one table of quantities is complete, its names are unambiguous, and the pages hold the same tables in words.
#include "physics/quantity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "physics/crb.h"
#include "physics/estimand.h"

namespace crbrt::physics {
namespace {

constexpr std::array<T1Model, 2> models{T1Model::apparent, T1Model::separate};

TEST(Quantity, KeysAreDifferentAndFound) {
  std::set<std::string_view> keys;
  for (const Quantity& quantity : quantities()) {
    EXPECT_TRUE(keys.insert(quantity.key).second) << quantity.key << " twice";
    EXPECT_EQ(find_quantity(quantity.key), &quantity);
  }
  EXPECT_EQ(find_quantity("t2s"), nullptr);
  EXPECT_EQ(find_quantity(""), nullptr);
  for (const char* key : paper_quantities) EXPECT_NE(find_quantity(key), nullptr) << key;
}

TEST(Quantity, EveryParameterHasOneRowForEachModelThatHasIt) {
  std::size_t row = 0;
  for (std::size_t p = 0; p < n_parameter; ++p) {
    const auto parameter = static_cast<Parameter>(p);
    EXPECT_EQ(quantity_of(parameter).form, Form::parameter);
    for (const T1Model model : models) {
      const auto n = std::count_if(quantities().begin(), quantities().end(), [&](const Quantity& q) {
        return q.form == Form::parameter && q.parameter == parameter && q.is_of(model);
      });
      EXPECT_EQ(n, model == T1Model::apparent && parameter == Parameter::r1_semi_hz ? 0 : 1) << name(parameter);
    }
    // Bounds, Jacobians and tissues share one order.
    while (row < quantities().size() && quantities()[row].key != name(parameter)) ++row;
    EXPECT_LT(row, quantities().size()) << name(parameter) << " is out of order";
  }
  EXPECT_EQ(name(Parameter::r1_free_hz), "r1_free_hz") << "not the apparent rate";
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The words between backquotes.
std::vector<std::string> quoted_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = text.find('`'); from != std::string::npos; from = text.find('`', from)) {
    const std::size_t to = text.find('`', from + 1);
    if (to == std::string::npos) break;
    words.push_back(text.substr(from + 1, to - from - 1));
    from = to + 1;
  }
  return words;
}

/// The keys of priors of this T1 model in the table of docs/file-formats.md: "| parameter | keys |", where a row may be of one
/// T1 model and may say that the parameter's name itself is the key.
std::set<std::string> documented_prior_keys(T1Model model) {
  const std::string docs = text_of(CRBRT_SOURCE_DIR "/docs/file-formats.md"), heading = "| parameter | keys |\n|---|---|\n";
  const std::size_t at = docs.find(heading);
  EXPECT_NE(at, std::string::npos) << heading;
  if (at == std::string::npos) return {};
  std::istringstream rows(docs.substr(at + heading.size()));
  std::set<std::string> keys;
  for (std::string row; std::getline(rows, row) && row.starts_with('|');) {
    const std::size_t between = row.find('|', 1);
    const std::string parameter = row.substr(0, between), named = row.substr(between);
    const bool is_of_one = parameter.find("`t1_model` ") != std::string::npos;
    if (is_of_one && parameter.find("`t1_model` " + std::string(name(model))) == std::string::npos) continue;
    for (const std::string& key : quoted_words(named.find("the name itself") == std::string::npos ? named : parameter))
      EXPECT_TRUE(keys.insert(key).second) << key << " twice";
  }
  return keys;
}

TEST(Quantity, KeysOfPriorsAreThoseOfTheFileFormat) {
  for (const T1Model model : models) {
    std::set<std::string> found;
    for (const Quantity& quantity : quantities())
      if (quantity.is_prior_key() && quantity.is_of(model)) found.emplace(quantity.key);
    EXPECT_EQ(found, documented_prior_keys(model)) << "the table of keys in docs/file-formats.md differs";
  }
}

TEST(Quantity, EveryKeyOfPriorsHasPlausibleValuesAroundItsNominalOne) {
  for (const Quantity& quantity : quantities()) {
    EXPECT_EQ(quantity.is_prior_key(), std::isfinite(quantity.plausible.low)) << quantity.key;
    EXPECT_EQ(quantity.is_prior_key(), std::isfinite(quantity.plausible.high)) << quantity.key;
    EXPECT_LT(quantity.plausible.low, quantity.plausible.high) << quantity.key;
    if (std::isnan(quantity.nominal)) continue;
    EXPECT_LT(quantity.plausible.low, quantity.nominal) << quantity.key;
    EXPECT_GT(quantity.plausible.high, quantity.nominal) << quantity.key;
  }
}

TEST(Quantity, EveryEstimandHasAMapOfItsOwnForEachModel) {
  for (const T1Model model : models) {
    std::set<std::string_view> maps;
    for (const Quantity& quantity : quantities()) {
      if (quantity.is_of(model) && (quantity.is_estimand() || quantity.form == Form::m0)) {
        EXPECT_FALSE(quantity.map.name.empty()) << quantity.key;
        EXPECT_TRUE(maps.insert(quantity.map.name).second) << quantity.map.name << " twice";
      }
      EXPECT_EQ(Estimand::from_name(quantity.key).has_value(), quantity.is_estimand()) << quantity.key;
    }
  }
}

TEST(Quantity, UnitsAgreeWithKeysAndFactors) {
  const std::map<std::string_view, std::string_view> unit_of_suffix{
      {"_rad_s", "rad/s"}, {"_hz", "1/s"}, {"_frac", "1"}, {"_rel", "1"}, {"_tr", "1"}};
  for (const Quantity& quantity : quantities()) {
    for (const auto& [suffix, unit] : unit_of_suffix) {
      if (quantity.key.ends_with(suffix)) {
        EXPECT_EQ(quantity.unit, unit) << quantity.key;
      }
    }
    if (quantity.key.ends_with("_s") && !quantity.key.ends_with("_rad_s")) {
      EXPECT_EQ(quantity.unit, "s") << quantity.key;
    }
    if (quantity.form == Form::inverse) {
      EXPECT_EQ(quantity_of(quantity.parameter).unit, "1/s") << quantity.key;
    }
    if (!quantity.map.name.empty()) {
      EXPECT_EQ(quantity.map.factor == 1, quantity.map.unit == quantity.unit) << quantity.key;
    }
    EXPECT_LE(quantity.display.low, quantity.display.high) << quantity.key;
    for (const std::string_view word : {quantity.symbol, quantity.plot_symbol, quantity.description})
      EXPECT_FALSE(word.empty()) << quantity.key;
  }
  EXPECT_DOUBLE_EQ(find_quantity("omega0_rad_s")->map.factor * 2 * M_PI, 1);
  EXPECT_EQ(find_quantity("t2_free_s")->plot_label(), "T_{2f} (ms)");
  EXPECT_EQ(find_quantity("b1_rel")->plot_label(), "B_1");
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string scaled(std::string_view unit, double factor) {
  return (unit.empty() ? "-" : std::string(unit)) + (factor == 1 ? "" : " (times " + number(factor) + ")");
}

std::string table() {
  std::string text =
      "| key | symbol | unit | T1 model | map | unit of the map | shown in | window | nominal | plausible | what it is |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Quantity& q : quantities()) {
    std::string symbol(q.symbol);
    for (std::size_t at = 0; (at = symbol.find('|', at)) != std::string::npos; at += 2) symbol.insert(at, 1, '\\');
    const bool has_map = !q.map.name.empty();
    std::string description(q.description);
    for (std::size_t at = 0; (at = description.find('|', at)) != std::string::npos; at += 2) description.insert(at, 1, '\\');
    text += "| `" + std::string(q.key) + "` | " + symbol + " | " + std::string(q.unit) + " | " +
            (q.t1_model ? std::string(name(*q.t1_model)) : "both") + " | " +
            (has_map ? std::string(1, '`').append(q.map.name).append("`") : "none") + " | " +
            (has_map ? scaled(q.map.unit, q.map.factor) : "-") + " | " + scaled(q.display.unit, q.display.factor) + " | " +
            (q.display.low < q.display.high ? number(q.display.low) + " to " + number(q.display.high) : "-") + " | " +
            (std::isnan(q.nominal) ? "-" : number(q.nominal)) + " | " +
            (q.is_prior_key() ? number(q.plausible.low) + " to " + number(q.plausible.high) : "-") + " | " + description +
            " |\n";
  }
  return text;
}

TEST(Quantity, TheDocumentationHoldsTheTable) {
  const std::string path = CRBRT_SOURCE_DIR "/docs/quantities.md", fresh = testing::TempDir() + "quantities_table.md";
  const std::string docs = text_of(path);
  std::ofstream(fresh) << table();
  EXPECT_NE(docs.find("\n\n" + table() + "\n"), std::string::npos)
      << "the table in docs/quantities.md differs: put that of " << fresh << " in its place";
}

}  // namespace
}  // namespace crbrt::physics
