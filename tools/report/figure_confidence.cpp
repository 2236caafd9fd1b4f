// SPDX-License-Identifier: Apache-2.0
// Coverage of the predicted standard deviations, and ROC curves of the atypicality.
#include <algorithm>
#include <cmath>

#include "base/escaped.h"
#include "base/gnuplot.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"
#include "tools/report/goals.h"

namespace crbrt::report {
namespace {

std::vector<const Measured*> members_with(const std::vector<Family>& families, const char* part) {
  std::vector<const Measured*> members;
  for (const Family& family : families)
    for (const Measured* model : family.members)
      if (model->json.at(part).is_object()) members.push_back(model);
  return members;
}

std::vector<std::vector<double>> shares(const Measured& model, const std::string& output) {
  std::vector<std::vector<double>> rows;
  for (const double snr : model.snrs()) {
    const Json& at = model.json.at("coverage").at(snr_key(snr));
    rows.push_back({snr, 100 * at.at("within_1").at(output).number(), 100 * at.at("within_2").at(output).number()});
  }
  return rows;
}

void band(Plot& plot, int number, const std::optional<Goals::Range>& goal) {
  if (!goal) return;
  plot.line("set object " + std::to_string(number) + " rectangle from graph 0, first " + snr_key(100 * goal->low) +
            " to graph 1, first " + snr_key(100 * goal->high) + " fillcolor rgb '#dcecdc' fillstyle solid noborder behind");
}

std::string draw_coverage(const Measured& model, const Goals& goals, const std::string& id) {
  Plot plot(360 * static_cast<int>(model.outputs.size()), 310);
  plot.panels(1, static_cast<int>(model.outputs.size()));
  plot.line(
      "set logscale x\nset grid lc rgb '#e4e4e4'\nset xlabel 'SNR_{max}'\nset ylabel '% of truths inside' offset 1,0\nset "
      "yrange "
      "[40:100]\nset key bottom right samplen 2 font ',10'\nset xtics (3,5,10,20,50,100,200,500)");
  band(plot, 1, goals.within_1_std);
  band(plot, 2, goals.within_2_std);
  for (const std::string& output : model.outputs) {
    const auto rows = shares(model, output);
    const std::string unit = model.json.at("detail").at("outputs").at(output).at("unit").text();
    plot.line("set title " + base::gnuplot_string(quantity(output, unit).label) + "\nset xrange [" +
              snr_key(rows.front()[0] * 0.9) + ":" + snr_key(rows.back()[0] * 1.1) + "]");
    const std::string data = plot.data(rows), c = colour(model.kind);
    plot.line("plot 68.27 lc rgb '#888888' dt 2 notitle, 95.45 lc rgb '#888888' dt 2 notitle, " + data +
              " using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc rgb '" + c + "' title 'within 1 std', " + data +
              " using 1:3 with linespoints pt 6 ps 0.6 lw 2 dt 4 lc rgb '" + c + "' title 'within 2 std'");
  }
  return "<h4>" + base::for_html(model.name) + "</h4>" + plot.svg(id);
}

std::vector<std::vector<double>> curve(const Json& roc) {
  const auto false_alarms = roc.at("false_alarms").numbers(), hits = roc.at("hits").numbers();
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < hits.size(); ++i) rows.push_back({std::max(false_alarms[i], 1e-4), hits[i]});
  return rows;
}

void draw_roc(Plot& plot, const Measured& model) {
  constexpr const char* colours[] = {"#1f5fa8", "#d9580d", "#2a8c4a", "#8a8a8a", "#7a3fa0", "#b8860b", "#c2185b", "#00838f"};
  std::string command = "plot ";
  std::size_t n = 0;
  for (const auto& kind : model.json.at("atypicality").at("against").members()) {
    char area[32];
    std::snprintf(area, sizeof area, " (%.4f)", kind.value.at("auc").number());
    command += (n == 0 ? "" : ", ") + plot.data(curve(kind.value.at("roc"))) + " using 1:2 with lines lw 2 lc rgb '" +
               colours[n % std::size(colours)] + "' title " + base::gnuplot_string(kind.key + area);
    ++n;
  }
  plot.line("set title " + base::gnuplot_string(model.name) + " noenhanced\n" + command);
}

}  // namespace

Figure coverage_figure(const std::vector<Family>& families, const Goals& goals) {
  Figure figure{"coverage", "Figure 9. Coverage of the predicted standard deviations", "", {}, {}};
  int n = 0;
  for (const Measured* model : members_with(families, "coverage"))
    figure.pictures.push_back(draw_coverage(*model, goals, figure.id + "_" + std::to_string(++n)));
  if (figure.pictures.empty()) return figure;
  figure.caption =
      "Share of voxels whose true value lies within one and two predicted standard deviations of the estimate, over " +
      members_with(families, "coverage").front()->sample_text() +
      "; the noise level is known. Dashed: 68.3 and 95.4 %, as for Gaussian errors.";
  if (goals.within_1_std || goals.within_2_std) figure.caption += " Shaded: the goals at SNR 10, 20, 50 and 100.";
  return figure;
}

Figure roc_figure(const std::vector<Family>& families) {
  Figure figure{"roc", "Figure 10. Telling foreign voxels: ROC curves of the atypicality", "", {}, {}};
  const auto models = members_with(families, "atypicality");
  if (models.empty()) return figure;
  const int columns = std::min<int>(3, std::max<int>(2, static_cast<int>(models.size())));
  const int rows = (static_cast<int>(models.size()) + columns - 1) / columns;
  Plot plot(390 * columns, 330 * rows);
  plot.panels(rows, columns);
  plot.line(
      "set logscale x\nset xrange [1e-4:1]\nset yrange [0:1.02]\nset grid lc rgb '#e4e4e4'\nset xlabel 'false alarms'\nset "
      "ylabel "
      "'detected' offset 1,0\nset key bottom right samplen 1.5 font ',10' noenhanced\nset xtics format '10^{%T}'");
  for (const Measured* model : models) draw_roc(plot, *model);
  figure.pictures.push_back(plot.svg(figure.id));
  const Json& json = models.front()->json.at("atypicality");
  figure.caption =
      "Share of foreign voxels found against the share of " + std::to_string(json.at("voxels").integer()) +
      " unseen typical voxels taken for foreign (logarithmic, cut at 1e-4), at SNR " + snr_key(json.at("snr").number()) +
      "; in brackets the area under the curve. Two-compartment voxels mix two fingerprints of the test set and are "
      "reported only.";
  return figure;
}

}  // namespace crbrt::report
