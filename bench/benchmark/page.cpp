// SPDX-License-Identifier: Apache-2.0
// Sections of the page. Numbers pass through figure(), so that each says where it comes from.
#include "bench/benchmark/page.h"

#include "base/error.h"
#include "base/escaped.h"
#include "bench/benchmark/chart.h"
#include "bench/benchmark/figures.h"
#include "bench/benchmark/image_sections.h"

namespace crbrt::bench {
namespace {

using base::for_html;
using base::Json;

constexpr const char* style = R"(
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1180px; margin: 2em auto; padding: 0 1em; color: #1c2430; }
h1 { font-size: 1.6em; margin-bottom: 0; } h2 { font-size: 1.2em; margin-top: 2em; }
p.note { color: #586374; margin: .3em 0 1em; }
table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .8em; border-bottom: 1px solid #e2e6ec; text-align: right; }
th { color: #586374; font-weight: 600; } th:first-child, td:first-child, .words th, .words td { text-align: left; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 1em; }
svg { width: 100%; font: 12px system-ui, sans-serif; fill: #39424f; } svg .grid { stroke: #e6e9ee; }
svg .bound { stroke: #1c2430; stroke-dasharray: 5 3; } svg .title { font-size: 15px; font-weight: 600; }
svg .number { fill: #fff; font-size: 10px; font-weight: 700; pointer-events: none; }
.tiles { display: flex; flex-wrap: wrap; gap: .8em; margin: 1em 0; }
.tile { border: 1px solid #e2e6ec; border-radius: 8px; padding: .5em 1em; } .tile b { font-size: 1.3em; display: block; }
.dot { display: inline-block; min-width: 1.5em; border-radius: 1em; color: #fff; text-align: center; font-size: .8em; font-weight: 700; }
)";

std::string tile(const std::string& words, const std::string& number, const std::string& unit) {
  return "<div class=\"tile\"><b>" + number + " " + unit + "</b>" + words + "</div>\n";
}

std::string headlines(const Json& d) {
  return "<div class=\"tiles\">\n" + tile("least squares, cold", figure(d, "nlls.cold_ms"), "ms") +
         tile("least squares from a network", figure(d, "nlls.warm_ms"), "ms") +
         tile("refined, exact physics", figure(d, "refine.exact_ms"), "ms") +
         tile("network brain_v2, float", figure(d, "network.brain_v2.f32.us_per_voxel"), "us") +
         tile("network to cold least squares", figure(d, "speedup.cold"), "x") +
         tile("network to the paper's " + figure(d, "speedup.paper_s_per_voxel") + " s", figure(d, "speedup.paper"), "x") +
         tile("brain of 1 mm, kernel, one core", figure(d, "brain.1mm.f32.kernel_s"), "s") + "</div>\n";
}

std::string charts(const Json& d, const std::vector<Numbered>& estimators) {
  std::string html = "<div class=\"charts\">\n";
  for (const std::string snr : {"20", "50", "100"}) {
    std::vector<ChartPoint> points;
    for (const Numbered& e : estimators) {
      const std::string place = "." + e.name + ".snr" + snr, key = "accuracy" + place + ".all";
      const auto us = number_of(d, "time" + place + ".us_per_voxel"), total = number_of(d, key + ".total");
      const auto bias = number_of(d, key + ".bias"), spread = number_of(d, key + ".spread");
      const auto median = number_of(d, key + ".median");
      if (us && total && bias && spread && median)
        points.push_back({e.number, e.name, colour_of(e.name), key, *us, *total, *median, bias, spread});
    }
    html += error_chart("SNR " + snr, points);
  }
  html += "</div>\n<p>";
  for (const Numbered& e : estimators) html += dot(e) + " " + for_html(e.name) + " &nbsp; ";
  return html +
         "</p>\n<p class=\"note\">Circle: total. Triangle: bias. Dash: spread. Ring: median of magnitudes (0.67 for an "
         "efficient "
         "estimator). Dashed line: the bound. Roots of means over m0s, T1 and T2f, and over fingerprints whose bound is below "
         "the "
         "prior's variance: a single wrong minimum weighs more there than a hundred good fits. Far: share of estimates off by "
         "more than 5.</p>\n";
}

std::string accuracy(const Json& d, const std::vector<Numbered>& estimators) {
  std::string html;
  for (const std::string snr : {"20", "50", "100"}) {
    std::vector<std::vector<std::string>> rows;
    for (const Numbered& e : estimators) {
      const std::string place = "." + e.name + ".snr" + snr, key = "accuracy" + place;
      std::vector<std::string> row{dot(e) + " " + for_html(e.name), figure(d, "time" + place + ".us_per_voxel")};
      for (const char* kind : {"total", "bias", "spread", "median"}) row.push_back(figure(d, key + ".all." + kind));
      row.push_back(figure(d, key + ".all.far", 100));
      for (const char* output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"})
        row.push_back(figure(d, key + "." + output + ".bias") + " / " + figure(d, key + "." + output + ".spread"));
      rows.push_back(std::move(row));
    }
    html += "<h3>SNR " + snr + "</h3>\n" +
            html_table({"estimator", "us a voxel", "total", "bias", "spread", "median", "far, %", "m0s bias / spread",
                        "T1 bias / spread", "T2f bias / spread"},
                       rows);
  }
  return html;
}

std::string configurations(const Json& d, const std::vector<Numbered>& estimators) {
  std::vector<std::vector<std::string>> rows;
  for (const Numbered& e : estimators)
    rows.push_back({for_html(e.name), for_html(d["estimators"][e.name]["configuration"].text())});
  return "<div class=\"words\">" + html_table({"estimator", "configuration"}, rows) + "</div>\n";
}

/// `key` is that of a list of objects: a row each.
std::vector<std::vector<std::string>> rows_of(const Json& d, const std::string& key, const std::vector<std::string>& columns,
                                              const std::string& prefix = "") {
  std::vector<std::vector<std::string>> rows;
  const Json* const list = find_key(d, key);
  if (list == nullptr) return rows;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::vector<std::string> row{};
    if (!prefix.empty()) row.push_back(prefix);
    for (const std::string& column : columns) {
      const Json* const value = find_key(list->at(i), column);
      const std::string at = key + "[" + std::to_string(i) + "]." + column;
      const std::string shown = value == nullptr     ? "-"
                                : value->is_text()   ? value->text()
                                : value->is_number() ? digits(value->number())
                                                     : "-";
      row.push_back("<span title=\"" + for_html(at) + "\">" + for_html(shown) + "</span>");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string agreement(const Json& d) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string learned : {"refine_learned", "refine_learned_map"})
    for (const std::string snr : {"snr20", "snr50", "snr100"})
      for (const std::string output : {"m0_semi_frac", "t1_apparent_s", "t2_free_s"}) {
        const std::string key = "agreement." + learned + "." + snr + "." + output;
        rows.push_back({learned, snr, output, figure(d, key + ".median"), figure(d, key + ".root"),
                        figure(d, key + ".within", 100), figure(d, key + ".far", 100)});
      }
  return html_table({"refinement", "SNR", "output", "median", "root of mean square", "within 0.2, %", "far, %"}, rows) +
         "<p class=\"note\">Differences of a refinement by the learned forward model to that by the physics, of the same noisy "
         "voxels, in sqrt(CRB).</p>\n";
}

std::string dictionaries(const Json& d) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string which : {"three", "four"}) {
    const std::string key = "dictionary." + which;
    for (auto& row : rows_of(
             d, key + ".grids",
             {"points_per_axis", "entries", "bytes", "simulation_s", "us_per_voxel", "error.all.rms", "error_of_prior.all.rms"},
             which + " parameters"))
      rows.push_back(std::move(row));
    rows.push_back({"all " + figure(d, key + ".all_unknowns.unknowns") + " at the last spacing",
                    figure(d, key + ".all_unknowns.points_per_axis"), figure(d, key + ".all_unknowns.entries"),
                    figure(d, key + ".all_unknowns.bytes"), figure(d, key + ".all_unknowns.simulation_years") + " years",
                    figure(d, key + ".all_unknowns.s_per_voxel") + " s", "", ""});
  }
  return html_table({"grid over", "points an axis", "entries", "bytes", "simulation, s", "us a voxel",
                     "error of its own tissues", "error of the prior"},
                    rows) +
         "<p class=\"note\">Errors without noise, rms in sqrt(CRB) at SNR 50. Own tissues: those whose other parameters have "
         "the grid's "
         "values, so that only its spacing is at fault. Of the prior: everything varies, B1 and exchange, too.</p>\n";
}

std::string brains(const Json& d) {
  const Json* const all = find_key(d, "brain");
  if (all == nullptr) return "<p class=\"note\">No whole brain in this run.</p>\n";
  std::vector<std::vector<std::string>> rows;
  for (const Json::Member& size : all->members())
    for (const Json::Member& precision : size.value.members())
      for (const std::string cores : {"1", "2"}) {
        const std::string key = "brain." + size.key + "." + precision.key + (cores == "1" ? "" : ".cores_" + cores);
        if (!number_of(d, key + ".total_s")) continue;
        rows.push_back({for_html(size.key + ", " + precision.key + ", cores: " + cores), figure(d, key + ".voxels"),
                        figure(d, key + ".read_s"), figure(d, key + ".kernel_s"), figure(d, key + ".write_s"),
                        figure(d, key + ".total_s"), figure(d, key + ".peak_rss_bytes", 1e-6)});
      }
  return html_table({"brain", "voxels", "read, s", "kernel, s", "write, s", "total, s", "memory, MB"}, rows);
}

std::string scaling(const Json& d) {
  return "<h3>Voxels of a call, brain_v2</h3>\n" +
         html_table({"voxels", "us a voxel"}, rows_of(d, "scaling.voxels.batches", {"voxels", "us_per_voxel"})) +
         "<p class=\"note\">Time of a call grows as voxels to the power of " + figure(d, "scaling.voxels.exponent") +
         " (from 64 on).</p>\n<h3>Size of the network</h3>\n" +
         html_table({"network", "multiply-adds a voxel", "us a voxel"},
                    rows_of(d, "scaling.network_size.networks", {"name", "macs_per_voxel", "us_per_voxel"})) +
         "<p class=\"note\">Time a voxel grows as multiply-adds to the power of " + figure(d, "scaling.network_size.exponent") +
         ".</p>\n<h3>Simulation</h3>\n<p>" + figure(d, "simulation.us_per_fingerprint") + " us a fingerprint, " +
         figure(d, "simulation.us_with_derivatives") + " us with derivatives by all parameters.</p>\n<h3>Training</h3>\n<p>" +
         (find_key(d, "training") == nullptr ? std::string("Not measured in this run.")
                                             : figure(d, "training.us_per_fingerprint") + " us a fingerprint and epoch, " +
                                                   figure(d, "training.fingerprints_per_s") + " a second, of " +
                                                   for_html(d["training"]["model"].text()) + " on one core.") +
         "</p>\n";
}

std::string skipped(const Json& d) {
  std::string html = "<ul>\n";
  for (const Json& line : d["skipped"].items()) html += "<li>" + for_html(line.text()) + "</li>\n";
  return html + "</ul>\n";
}

}  // namespace

std::string benchmark_page(const Json& d, const std::string& path) {
  const Json* const program = d.find("program");
  if (program == nullptr || !program->is_text() || program->text() != "crbrt-benchmark")
    throw base::InputError(path, "what crbrt-benchmark measure wrote", "another document");
  const std::vector<Numbered> estimators = estimators_of(d);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>crbrt benchmark</title><style>" +
         std::string(style) + "</style></head><body>\n<h1>Least squares, dictionaries and networks on the same voxels</h1>\n" +
         "<p class=\"note\">crbrt " + for_html(d["version"].text()) + ", " + for_html(d["machine"]["processor"].text()) + ", " +
         for_html(d["machine"]["isa"].text()) + ", " + figure(d, "machine.fma_gmacs") + " G multiply-adds a second. " +
         figure(d, "settings.fingerprints") + " unseen fingerprints of the prior, " + figure(d, "settings.realisations") +
         " noise realisations each; medians of " + figure(d, "settings.turns") +
         " turns. Every number says on hovering under which key of the JSON it stands.</p>\n" + headlines(d) +
         "<h2>Error against time</h2>\n" + charts(d, estimators) + "<h2>Accuracy</h2>\n" + accuracy(d, estimators) +
         "<h2>Learned beside exact refinement</h2>\n" + agreement(d) + "<h2>The digital brain</h2>\n" +
         brain_section(d, estimators) + "<h2>In vivo</h2>\n" + in_vivo_section(d) + "<h2>Configurations</h2>\n" +
         configurations(d, estimators) + "<h2>Dictionaries: the curse of dimensionality</h2>\n" + dictionaries(d) +
         "<h2>Whole brains</h2>\n" + brains(d) + "<h2>Scaling</h2>\n" + scaling(d) + "<h2>Left out of this run</h2>\n" +
         skipped(d) + "</body></html>\n";
}

}  // namespace crbrt::bench
