// SPDX-License-Identifier: Apache-2.0
// Figures 7 and 8: bias and variance as parts of the loss, against SNR and against how hard a fingerprint is.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/escaped.h"
#include "base/gnuplot.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {
namespace {

/// A logarithmic axis has no place for the small negative values that an unbiased estimate of bias^2 may take.
double positive(double value) { return value > 0 ? value : std::nan(""); }

/// Of the model; of the data set where the model does not tell.
std::pair<std::string, std::string> training_range(const Measured& model) {
  const Json& trained = model.json.at("trained");
  const Json& source = trained.value_or("snr_max", 0).number() > 0 ? trained : model.json;
  return {snr_key(source.at("snr_min").number()), snr_key(source.at("snr_max").number())};
}

std::string draw_snr(const Family& family, const std::string& id) {
  const int columns = static_cast<int>(family.members.size());
  Plot plot(360 * columns, 310);
  plot.panels(1, columns);
  plot.line(
      "set logscale xy\nset grid lc rgb '#e4e4e4'\nset xlabel 'SNR_{max}'\nset ylabel 'contribution to the CRB loss' offset "
      "1,0\n"
      "set yrange [0.005:100]\nset key top center samplen 2 font ',10'\nset xtics (3,5,10,20,50,100,200,500)\nset ytics format "
      "'%g'");
  for (const Measured* model : family.members) {
    std::vector<std::vector<double>> rows;
    for (const double snr : model->snrs())
      rows.push_back({snr, positive(*model->at_snr(snr, "bias2_over_crb")), *model->at_snr(snr, "var_over_crb"),
                      *model->at_snr(snr, "loss")});
    const auto [low, high] = training_range(*model);
    plot.line("set title " + base::gnuplot_text(model->name) + " noenhanced\nset xrange [" + snr_key(rows.front()[0] * 0.9) +
              ":" + snr_key(rows.back()[0] * 1.1) + "]");
    plot.line("set object 1 rectangle from first " + low + ", graph 0 to first " + high +
              ", graph 1 fillcolor rgb '#e3e3e3' fillstyle solid noborder behind");
    const std::string data = plot.data(rows), c = colour(model->kind);
    plot.line("plot 1 lc rgb '#888888' dt 2 notitle, " + data + " using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc rgb '" + c +
              "' title 'bias^2 / CRB', " + data +
              " using 1:3 with linespoints pt 6 ps 0.6 lw 2 dt 4 lc rgb '#333333' title "
              "'variance / CRB', " +
              data + " using 1:4 with lines lw 1 lc rgb '#999999' title 'sum'");
  }
  return "<h4>" + base::for_html(family.name) + "</h4>" + plot.svg(id);
}

std::string totals(const Measured& model, const std::string& output) {
  const Json& detail = model.json.at("detail");
  const std::string key = snr_key(detail.at("snr").number());
  if (!model.json.at("snr").contains(key)) return "";
  char text[64];
  std::snprintf(text, sizeof text, ": bias^2 %.2f, variance %.2f",
                model.json.at("snr").at(key).at("bias2_over_crb").at(output).number(),
                model.json.at("snr").at(key).at("var_over_crb").at(output).number());
  return text;
}

/// Steps over the bins: every edge twice.
std::vector<std::vector<double>> steps(const Json& bins, double factor) {
  const auto edges = bins.at("edges").numbers(), bias = bins.at("bias2_over_crb").numbers(),
             variance = bins.at("var_over_crb").numbers();
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < bias.size(); ++i)
    for (const double edge : {edges[i], edges[i + 1]}) rows.push_back({factor * edge, positive(bias[i]), variance[i]});
  return rows;
}

std::string draw_bound(const Family& family, const std::string& id) {
  const auto& outputs = family.members.front()->outputs;
  const int columns = static_cast<int>(outputs.size()), rows = static_cast<int>(family.members.size());
  Plot plot(380 * columns, 290 * rows);
  plot.panels(rows, columns);
  plot.line(
      "set logscale xy\nset grid lc rgb '#e4e4e4'\nset ylabel 'contribution to the CRB loss' offset 1,0\nset yrange "
      "[0.001:100]\n"
      "set key top left samplen 2 font ',10'\nset title font ',11'\nset ytics format '10^{%T}'\nset xtics format '%g'");
  for (const Measured* model : family.members)
    for (const std::string& output : outputs) {
      const Json& detail = model->json.at("detail").at("outputs").at(output);
      const Quantity q = quantity(output, detail.at("unit").text());
      const auto points = steps(detail.at("by_sqrt_crb"), q.factor);
      if (points.empty()) continue;
      const std::string data = plot.data(points);
      plot.line("set title " + base::gnuplot_string(q.label + totals(*model, output)));
      plot.line("set xlabel " + base::gnuplot_string(q.axis("sqrt(CRB) of ")) + "\nset xrange [" + snr_key(points.front()[0]) +
                ":" + snr_key(std::min(points.back()[0], 5 * points[points.size() - 2][0])) + "]");
      plot.line("set label 1 " + base::gnuplot_text(model->name) +
                " at graph 0.97, 0.07 right noenhanced font ',10' textcolor rgb '#555555'");
      plot.line("plot 1 lc rgb '#888888' dt 2 notitle, " + data + " using 1:2 with lines lw 2 lc rgb '" + colour(model->kind) +
                "' title 'bias^2 / CRB', " + data + " using 1:3 with lines lw 2 dt 4 lc rgb '#333333' title 'variance / CRB'");
    }
  return "<h4>" + base::for_html(family.name) + "</h4>" + plot.svg(id);
}

}  // namespace

Figure snr_figure(const std::vector<Family>& families) {
  Figure figure{"figure7", "Figure 7. Bias and variance contributions to the loss against SNR", "", {}, {}};
  int n = 0;
  for (const Family& family : families) figure.pictures.push_back(draw_snr(family, figure.id + "_" + std::to_string(++n)));
  figure.caption = "Squared bias and variance over the Cramér-Rao bound (Eq. 5), mean over outputs and " +
                   families.front().members.front()->sample_text() +
                   ". The training range is shaded; the dashed line at 1 is an efficient unbiased "
                   "estimator. As the SNR grows the bound shrinks and what is left of the bias takes over.";
  return figure;
}

Figure bound_figure(const std::vector<Family>& families) {
  Figure figure{"figure8", "Figure 8. The loss split by parameter and by the size of the bound", "", {}, {}};
  int n = 0;
  for (const Family& family : families) figure.pictures.push_back(draw_bound(family, figure.id + "_" + std::to_string(++n)));
  const Json& json = families.front().members.front()->json;
  figure.caption = "Squared bias and variance over the Cramér-Rao bound at SNR " +
                   snr_key(json.at("detail").at("snr").number()) + " in bins of equal count (" +
                   std::to_string(json.at("fingerprints").integer()) + " fingerprints, " +
                   std::to_string(json.at("realisations").integer()) +
                   " realisations), from easy (left) to hard (right); titles hold the means over all fingerprints, the widest "
                   "bin is cut. Where the "
                   "bound is wide the data say little, and a network leans on its prior: less variance, more bias. A negative "
                   "estimate of the squared bias leaves a gap.";
  return figure;
}

}  // namespace crbrt::report
