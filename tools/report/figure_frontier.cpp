// SPDX-License-Identifier: Apache-2.0
// The frontier: how much loss a multiply-add buys.
#include <algorithm>

#include "base/gnuplot.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {

std::string colour(Kind kind) {
  switch (kind) {
    case Kind::crb: return "#1f5fa8";
    case Kind::bias_reduced: return "#d9580d";
    case Kind::mse: return "#7a7a7a";
    case Kind::other: return "#7a3fa0";
  }
  return "#000000";
}

std::string kind_text(Kind kind) {
  switch (kind) {
    case Kind::crb: return "CRB";
    case Kind::bias_reduced: return "bias-reduced";
    case Kind::mse: return "MSE";
    case Kind::other: return "other";
  }
  return "";
}

Figure frontier_figure(const std::vector<const Measured*>& measured, const Frontier& frontier) {
  Figure figure{"frontier", "Figure 11. The frontier: loss against multiply-adds", "", {}, {}};
  if (measured.empty()) return figure;
  Plot plot(1080, 480);
  plot.line(
      "set logscale x\nset grid lc rgb '#e4e4e4'\nset xlabel 'multiply-adds per voxel'\nset ylabel 'CRB loss, SNR range of the "
      "data set'\nset key outside right top samplen 2 font ',11'\nset xtics format '10^{%T}'\nset offsets graph 0.04, graph "
      "0.16, 0, "
      "0");
  std::string command;
  const auto add = [&](const std::string& text) { command += (command.empty() ? "plot " : ", ") + text; };
  double low = measured.front()->loss(), high = low;
  for (const Measured* model : measured) low = std::min(low, model->loss()), high = std::max(high, model->loss());
  for (const auto& goal : frontier.goals) low = std::min(low, goal.second), high = std::max(high, goal.second);
  if (frontier.floor > 0) low = std::min(low, frontier.floor);
  plot.line("set logscale y\nset yrange [" + snr_key(0.85 * low) + ":" + snr_key(1.5 * high) +
            "]\nset ytics (0.2,0.3,0.4,0.5,0.6,0.7,0.8,1,1.5,2,3,5,10,20,50,100)");
  for (const Kind kind : {Kind::crb, Kind::bias_reduced, Kind::mse, Kind::other})
    for (const bool is_paper : {false, true}) {
      std::vector<std::vector<double>> points;
      for (const Measured* model : measured)
        if (model->kind == kind && model->is_paper == is_paper) points.push_back({model->macs, model->loss()});
      if (points.empty()) continue;
      add(plot.data(points) + " using 1:2 with points pt " + (is_paper ? "13" : "7") + " ps " + (is_paper ? "1.3" : "1.1") +
          " lc rgb '" + colour(kind) + "' title " +
          base::gnuplot_string(kind_text(kind) + " loss" + (is_paper ? ", network of Zhang et al. 2022" : "")));
    }
  if (!frontier.goals.empty()) {
    std::vector<std::vector<double>> goals;
    for (const auto& [macs, loss] : frontier.goals) goals.push_back({macs, loss});
    add(plot.data(goals) + " using 1:2 with points pt 2 ps 1.2 lw 2 lc rgb '#2a8c4a' title 'goal'");
  }
  if (frontier.floor > 0) add(snr_key(frontier.floor) + " lc rgb '#b00020' dt 2 lw 1.5 title 'estimated floor'");
  for (std::size_t i = 0; i < measured.size(); ++i)
    plot.line("set label " + base::gnuplot_text(measured[i]->name) + " at " + snr_key(measured[i]->macs) + "," +
              snr_key(measured[i]->loss()) + " left noenhanced font ',10' offset 0.9,0");
  plot.line(command);
  figure.pictures.push_back(plot.svg(figure.id));
  const Json& json = measured.front()->json;
  figure.caption =
      "Mean squared error over the Cramér-Rao bound, mean over outputs and " +
      std::to_string(json.at("fingerprints").integer()) + " unseen fingerprints at SNR " +
      snr_key(json.at("snr_min").number()) + " to " + snr_key(json.at("snr_max").number()) +
      ", against the cost of a voxel. An efficient unbiased estimator has 1; networks that know the prior fall below "
      "it. Networks trained for something else than the CRB loss stand higher by design.";
  return figure;
}

}  // namespace crbrt::report
