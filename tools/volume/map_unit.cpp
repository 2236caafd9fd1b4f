// SPDX-License-Identifier: Apache-2.0
// One list of spellings; the factor of each is to the unit of the table of quantities.
#include "tools/volume/map_unit.h"

#include <algorithm>
#include <filesystem>
#include <numbers>

#include "base/json.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

struct Spelling {
  std::string_view text;  ///< in lower case
  std::string_view unit;
  double factor;  ///< units in one of it
};

constexpr Spelling spellings[] = {{"s", "s", 1},
                                  {"sec", "s", 1},
                                  {"secs", "s", 1},
                                  {"second", "s", 1},
                                  {"seconds", "s", 1},
                                  {"ms", "s", 1e-3},
                                  {"msec", "s", 1e-3},
                                  {"msecs", "s", 1e-3},
                                  {"millisecond", "s", 1e-3},
                                  {"milliseconds", "s", 1e-3},
                                  {"us", "s", 1e-6},
                                  {"usec", "s", 1e-6},
                                  {"\u00b5s", "s", 1e-6},  // the micro sign
                                  {"\u03bcs", "s", 1e-6},  // the Greek letter
                                  {"microsecond", "s", 1e-6},
                                  {"microseconds", "s", 1e-6},
                                  {"1/s", "1/s", 1},
                                  {"s^-1", "1/s", 1},
                                  {"s-1", "1/s", 1},
                                  {"1/sec", "1/s", 1},
                                  {"hz", "1/s", 1},
                                  {"1/ms", "1/s", 1e3},
                                  {"ms^-1", "1/s", 1e3},
                                  {"hz", "Hz", 1},
                                  {"khz", "Hz", 1e3},
                                  {"rad/s", "Hz", 1 / (2 * std::numbers::pi)},
                                  {"rad/s", "rad/s", 1},
                                  {"hz", "rad/s", 2 * std::numbers::pi},
                                  {"1", "1", 1},
                                  {"ratio", "1", 1},
                                  {"fraction", "1", 1},
                                  {"%", "1", 1e-2},
                                  {"percent", "1", 1e-2},
                                  {"arbitrary", "arbitrary", 1},
                                  {"a.u.", "arbitrary", 1},
                                  {"au", "arbitrary", 1}};

}  // namespace

std::optional<double> unit_factor(std::string_view stated, std::string_view wanted) {
  std::string lower(stated);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const Spelling& spelling : spellings)
    if (spelling.text == lower && spelling.unit == wanted) return spelling.factor;
  return std::nullopt;
}

std::string stated_unit(const std::string& image) {
  const std::string sidecar = sidecar_path(image);
  std::error_code unreadable;
  if (!std::filesystem::exists(sidecar, unreadable)) return {};
  const base::Json json = base::Json::from_file(sidecar);
  const base::Json* const units = json.find("Units");
  return units != nullptr && units->is_text() ? units->text() : "";
}

}  // namespace crbrt::volume
