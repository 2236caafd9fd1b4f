// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/image_sections.h"

#include <algorithm>
#include <array>

#include "base/escaped.h"
#include "bench/benchmark/chart.h"

namespace crbrt::bench {
namespace {

using base::for_html;
using base::Json;

struct Place {
  const char *words, *key;  ///< the key is that behind an output
};
constexpr std::array<Place, 4> places{
    {{"whole brain", ""}, {"white matter", ".wm"}, {"grey matter", ".gm"}, {"fluid", ".csf"}}};

std::string chart_of(const Json& d, const std::vector<Numbered>& estimators, const Place& place) {
  std::vector<ChartPoint> points;
  for (const Numbered& e : estimators) {
    const std::string base = "phantom." + e.name, key = base + ".all" + place.key;
    const auto us = number_of(d, base + ".us_per_voxel"), total = number_of(d, key + ".total");
    const auto median = number_of(d, key + ".median");
    if (us && total && median) points.push_back({e.number, e.name, colour_of(e.name), key, *us, *total, *median, {}, {}});
  }
  return points.empty() ? "" : error_chart(place.words, points);
}

/// "total / median" of what stands under `key`.
std::string root_and_median(const Json& d, const std::string& key, const std::string& root) {
  return figure(d, key + "." + root) + " / " + figure(d, key + ".median");
}

}  // namespace

std::string brain_section(const Json& d, const std::vector<Numbered>& estimators) {
  if (find_key(d, "phantom") == nullptr) return "<p class=\"note\">No digital brain in this run.</p>\n";
  std::string html = "<p class=\"note\">" + figure(d, "settings.phantom.voxels") + " voxels drawn from the brain of SNR " +
                     figure(d, "settings.phantom.snr") +
                     " (at |M0| = 1), each held against the bound at its own SNR. Circle: total. Ring: median.</p>\n" +
                     "<div class=\"charts\">\n";
  for (const Place& place : places) html += chart_of(d, estimators, place);
  std::vector<std::vector<std::string>> rows;
  for (const Numbered& e : estimators) {
    const std::string key = "phantom." + e.name;
    std::vector<std::string> row{dot(e) + " " + for_html(e.name), figure(d, key + ".us_per_voxel")};
    for (const Place& place : places) row.push_back(root_and_median(d, key + ".all" + place.key, "total"));
    row.push_back(figure(d, key + ".all.far", 100));
    for (const char* output : {".m0_semi_frac", ".t1_apparent_s", ".t2_free_s"})
      row.push_back(root_and_median(d, key + output, "total"));
    rows.push_back(std::move(row));
  }
  std::vector<std::string> head{"estimator", "us a voxel"};
  for (const Place& place : places) head.emplace_back(place.words);
  for (const char* words : {"far, %", "m0s", "T1", "T2f"}) head.emplace_back(words);
  return html + "</div>\n" + html_table(head, rows) +
         "<p class=\"note\">Total / median of error over sqrt(CRB): root of the mean square, and median of the "
         "magnitudes.</p>\n";
}

std::string in_vivo_section(const Json& d) {
  const Json* const all = find_key(d, "in_vivo");
  if (all == nullptr) return "<p class=\"note\">No voxels in vivo in this run.</p>\n";
  std::vector<std::string> outputs{"all"};
  for (const Json::Member& estimator : all->members())
    for (const Json::Member& member : estimator.value.members())
      if (member.value.is_object() && std::find(outputs.begin(), outputs.end(), member.key) == outputs.end())
        outputs.push_back(member.key);
  std::vector<std::string> head{"estimator", "us a voxel", "numbers", "far, %"};
  for (const std::string& output : outputs) head.push_back(for_html(output));
  std::vector<std::vector<std::string>> rows;
  for (const Json::Member& estimator : all->members()) {
    const std::string key = "in_vivo." + estimator.key;
    std::vector<std::string> row{
        "<span title=\"" + for_html(estimator.value["configuration"].text()) + "\">" + for_html(estimator.key) + "</span>",
        figure(d, key + ".us_per_voxel"), figure(d, key + ".all.voxels"), figure(d, key + ".all.far", 100)};
    for (const std::string& output : outputs) row.push_back(root_and_median(d, key + "." + output, "rms"));
    rows.push_back(std::move(row));
  }
  return html_table(head, rows) + "<p class=\"note\">" + figure(d, "settings.in_vivo.voxels") +
         " voxels of a real slice. Nobody knows their truth: differences to nlls_thorough (16 starts of " +
         figure(d, "settings.in_vivo.draws") +
         " draws) over its standard deviation, rms / median of the magnitudes. Voxels of which the prior's walls decide, or in "
         "which it did not converge, do not count. Numbers: those of all outputs that do.</p>\n";
}

}  // namespace crbrt::bench
