// SPDX-License-Identifier: Apache-2.0
// Figures 5 and 6: distributions over test set 1, one row of panels per family, its networks laid over each other.
#include <functional>

#include "base/escaped.h"
#include "base/gnuplot.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {
namespace {

const Json& detail(const Measured& model, const std::string& output) {
  return model.json.at("detail").at("outputs").at(output);
}

/// Bin centres times `factor`, and the percentage of fingerprints in each.
std::vector<std::vector<double>> bars(const Json& histogram, double factor) {
  const auto count = histogram.at("count").numbers();
  double all = histogram.at("below").number() + histogram.at("above").number();
  for (const double c : count) all += c;
  const double low = histogram.at("low").number(), width = (histogram.at("high").number() - low) / double(count.size());
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < count.size(); ++i)
    rows.push_back({factor * (low + (static_cast<double>(i) + 0.5) * width), 100 * count[i] / all});
  return rows;
}

/// The names in the colours of their lines.
std::string legend(const Family& family) {
  std::string text = "<h4>";
  for (const Measured* model : family.members)
    text += "<span style=\"color: " + colour(model->kind) + "; margin-right: 1.5em\">&#9644; " + base::for_html(model->name) +
            "</span>";
  return text + "</h4>";
}

std::string draw(const Family& family, const std::string& id, const char* key, const char* what, bool is_ratio, double mark) {
  const Measured& first = *family.members.front();
  Plot plot(360 * static_cast<int>(first.outputs.size()), 310);
  plot.panels(1, static_cast<int>(first.outputs.size()));
  plot.line(
      "set grid lc rgb '#e4e4e4'\nset ylabel '% of fingerprints' offset 1,0\nunset key\n"
      "set style fill solid 0.25\nset yrange [0:*]");
  for (const std::string& output : first.outputs) {
    Quantity q = quantity(output, detail(first, output).at("unit").text());
    if (is_ratio) q.unit = "", q.factor = 1;
    plot.line("set title " + base::gnuplot_string(q.label));
    plot.line("set xlabel " + base::gnuplot_string(std::string(what) + (q.unit.empty() ? "" : " (" + q.unit + ")")));
    const Json& axis = detail(first, output).at(key);
    plot.line("set xrange [" + std::to_string(q.factor * axis.at("low").number()) + ":" +
              std::to_string(q.factor * axis.at("high").number()) + "]\nset arrow 1 from " + std::to_string(mark) +
              ", graph 0 to " + std::to_string(mark) + ", graph 1 nohead lc rgb '#555555' dt 2");
    std::string command;
    for (const Measured* model : family.members)
      command += (command.empty() ? "plot " : ", ") + plot.data(bars(detail(*model, output).at(key), q.factor)) +
                 " using 1:2 with histeps lw 1.8 lc rgb '" + colour(model->kind) + "'";
    plot.line(command);
  }
  return legend(family) + plot.svg(id);
}

std::string origin_text(const Measured& model) {
  return model.sample_text() + " at SNR " + snr_key(model.json.at("detail").at("snr").number());
}

}  // namespace

Figure bias_figure(const std::vector<Family>& families) {
  Figure figure{"figure5", "Figure 5. Bias over test set 1", "", {}, {}};
  int n = 0;
  for (const Family& family : families)
    figure.pictures.push_back(draw(family, figure.id + "_" + std::to_string(++n), "bias_histogram", "bias", false, 0));
  figure.caption = "Histograms of the mean error of " + origin_text(*families.front().members.front()) +
                   ". The middle bin is centred on zero. The range is twice the median square root of the Cramér-Rao bound, "
                   "rounded up; what lies outside counts in the percentages and is not drawn. The mean over a finite number of "
                   "realisations still carries noise of std / sqrt(N).";
  return figure;
}

Figure std_figure(const std::vector<Family>& families) {
  Figure figure{"figure6", "Figure 6. Standard deviation over the square root of the bound", "", {}, {}};
  int n = 0;
  for (const Family& family : families)
    figure.pictures.push_back(
        draw(family, figure.id + "_" + std::to_string(++n), "std_over_sqrt_crb_histogram", "std / sqrt(CRB)", true, 1));
  figure.caption = "Histograms over " + origin_text(*families.front().members.front()) +
                   ". An efficient unbiased estimator has 1 (dashed). Values below 1 are bought with bias: an estimator that "
                   "knows the prior may vary less than the bound of unbiased ones.";
  return figure;
}

}  // namespace crbrt::report
