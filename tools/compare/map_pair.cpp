// SPDX-License-Identifier: Apache-2.0
// A person who masks maps by hand leaves NaN in voxels that the status still calls estimated.
#include "tools/compare/map_pair.h"

#include <cmath>

#include "base/escaped.h"
#include "base/median.h"
#include "base/number_text.h"
#include "tools/volume/bids_names.h"

namespace crbrt::compare {
namespace {

constexpr std::size_t name_width = 18;
constexpr double wide_overlap = 0.9;

/// The values of a map, and of its standard deviation where there is one, at every voxel of the grid.
struct Side {
  std::vector<float> value, std;
};

Side read_side(const std::string& name, const volume::MapFiles& maps, const Compared& compared) {
  Side side{volume::read_map(maps.at(name), compared.grid, compared.check), {}};
  if (const auto found = maps.find(std::string(name).append(volume::std_suffix)); found != maps.end())
    side.std = volume::read_map(found->second, compared.grid, compared.check);
  return side;
}

/// Overlap and size of the error bars, where both maps have them.
void compare_bars(const Side& a, const Side& b, const std::vector<std::size_t>& voxels, PairedMap& result) {
  if (a.std.empty() || b.std.empty()) return;
  ErrorBars estimate, reference;
  for (const std::size_t v : voxels) {
    if (std::isnan(a.std[v]) || std::isnan(b.std[v])) continue;
    estimate.value.push_back(static_cast<double>(a.value[v]));
    estimate.std.push_back(static_cast<double>(a.std[v]));
    reference.value.push_back(static_cast<double>(b.value[v]));
    reference.std.push_back(static_cast<double>(b.std[v]));
  }
  if (estimate.value.empty()) return;
  result.overlap = share_of_overlaps(estimate, reference);
  result.bar = typical_bar(estimate, reference);
}

std::vector<double> values_at(const std::vector<std::size_t>& voxels, const std::vector<float>& map) {
  std::vector<double> values;
  for (const std::size_t v : voxels)
    if (std::isfinite(map[v])) values.push_back(static_cast<double>(map[v]));
  return values;
}

PairedMap pair(const std::string& name, const Side& a, const Side& b, const Compared& compared) {
  PairedMap result;
  result.name = name;
  std::vector<std::size_t> voxels;
  for (const std::size_t v : compared.voxels) {
    if (!std::isfinite(a.value[v])) ++result.n_without_number;
    if (!std::isfinite(b.value[v])) ++result.n_without_number_in_reference;
    if (std::isfinite(a.value[v]) && std::isfinite(b.value[v])) voxels.push_back(v);
  }
  result.n = voxels.size();
  if (!voxels.empty()) {
    result.agreement = agreement(values_at(voxels, a.value), values_at(voxels, b.value));
    result.difference = typical_difference(values_at(voxels, a.value), values_at(voxels, b.value));
  }
  if (const std::vector<double> values = values_at(compared.white_matter, a.value); !values.empty())
    result.white_matter_median = base::median(values);
  compare_bars(a, b, voxels, result);
  return result;
}

/// Milliseconds beside seconds, give or take what two methods differ by.
bool is_about_a_thousand(double ratio) {
  const double size = std::abs(ratio) < 1 ? 1 / std::abs(ratio) : std::abs(ratio);
  return size > 300 && size < 3000;
}

void warn_of_unit(const PairedMap& pair, const volume::MapFile& map, const volume::MapFile& reference,
                  base::Warnings& warnings) {
  if (!pair.agreement || (map.is_unit_stated && reference.is_unit_stated)) return;
  const double ratio = pair.agreement->median_estimate / pair.agreement->median_reference;
  if (!is_about_a_thousand(ratio)) return;
  const volume::MapFile& unknown = map.is_unit_stated ? reference : map;
  const volume::MapFile& other = map.is_unit_stated ? map : reference;
  warnings.add(unknown.path +
               ": no sidecar states its unit, so it is taken to be that of today's maps, but the medians of it and of " +
               other.path + " differ by a factor of about 1000: are these milliseconds?");
}

}  // namespace

base::Json PairedMap::to_json() const {
  base::Json json{{"voxels", n}};
  if (agreement) {
    json["correlation"] = agreement->correlation;
    json["median_relative_difference"] = agreement->median_relative_difference;
    json["median_absolute_relative_difference"] = agreement->median_absolute_relative_difference;
    json["median"] = agreement->median_estimate;
    json["median_reference"] = agreement->median_reference;
  }
  if (white_matter_median) json["white_matter_median"] = *white_matter_median;
  if (overlap) json["overlap_of_2_std"] = *overlap;
  if (bar) json["median_relative_error_bar"] = *bar;
  if (difference) json["typical_difference"] = *difference;
  if (judgement()) json["judgement"] = compare::name(*judgement());
  return json;
}

std::optional<Judgement> PairedMap::judgement() const {
  if (!difference || std::isnan(*difference)) return std::nullopt;
  return judged(*difference);
}

std::string PairedMap::sentence() const {
  if (!judgement()) return "";
  const auto percent = [](double share) { return base::number_text(100 * share, "%.3g %%"); };
  std::string text =
      base::for_terminal(name) + ": " + compare::name(*judgement()) + ", by " + percent(*difference) + " in the typical voxel";
  if (*judgement() == Judgement::agree || !overlap) return text + "\n";
  if (*overlap >= wide_overlap && *bar > agreement_limit)
    text += "; that " + percent(*overlap) + " of the error bars overlap says only that they are wide (typically " +
            percent(*bar) + " of the value)";
  else
    text += *difference > *bar ? "; more than the error bars of both explain (typically " + percent(*bar) + " of the value)"
                               : "; within the error bars of both (typically " + percent(*bar) + " of the value)";
  return text + "\n";
}

std::string PairedMap::line() const {
  const auto column = [](bool is_known, double value, const char* format, std::size_t width) {
    std::string text = is_known ? base::number_text(value, format) : "-";
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
    return text.insert(0, 1, ' ');
  };
  const bool is_paired = agreement.has_value();
  const Agreement a = agreement.value_or(Agreement{});
  std::string text = base::for_terminal(name);
  if (text.size() < name_width) text.append(name_width - text.size(), ' ');
  return text + column(is_paired, a.correlation, "%.4f", 12) +
         column(is_paired, 100 * a.median_relative_difference, "%+.2f%%", 12) +
         column(is_paired, 100 * a.median_absolute_relative_difference, "%.2f%%", 12) +
         column(white_matter_median.has_value(), white_matter_median.value_or(0), "%.6g", 14) +
         column(overlap.has_value(), 100 * overlap.value_or(0), "%.1f%%", 14) + "\n";
}

std::vector<PairedMap> pair_maps(const volume::MapFiles& maps, const volume::MapFiles& reference, const Compared& compared,
                                 base::Warnings& warnings) {
  std::vector<PairedMap> pairs;
  for (const auto& [name, map] : maps) {
    const auto known = reference.find(name);
    if (known == reference.end()) continue;
    pairs.push_back(pair(name, read_side(name, maps, compared), read_side(name, reference, compared), compared));
    warn_of_unit(pairs.back(), map, known->second, warnings);
  }
  return pairs;
}

void warn_of_missing_numbers(const std::vector<PairedMap>& pairs, std::size_t n_voxel, const std::string& maps,
                             const std::string& reference, base::Warnings& warnings) {
  const auto warn = [&](const std::string& folder, std::size_t PairedMap::*n) {
    std::string shares;
    for (const PairedMap& pair : pairs)
      if (pair.*n > 0)
        shares += (shares.empty() ? "" : ", ") + pair.name + " " +
                  base::number_text(100 * static_cast<double>(pair.*n) / static_cast<double>(n_voxel), "%.3g %%");
    if (!shares.empty())
      warnings.add(
          folder +
          ": voxels that both status maps call estimated hold no number (NaN or infinity) in its maps and count as not "
          "computed there: " +
          shares);
  };
  warn(maps, &PairedMap::n_without_number);
  warn(reference, &PairedMap::n_without_number_in_reference);
}

}  // namespace crbrt::compare
