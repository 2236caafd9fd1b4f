// SPDX-License-Identifier: Apache-2.0
// Figure 4: maps over the grids of test set 2. A row of biases, a row of standard deviations that ends with the bound.
#include <algorithm>
#include <cmath>

#include "base/escaped.h"
#include "base/gnuplot.h"
#include "base/number_text.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {
namespace {

struct Axis {
  double first, last;
  int n;
  Quantity quantity;
  double step() const { return (last - first) / (n - 1); }
};

/// Times that reach a second are in seconds: their axis is short.
Axis axis_of(const Json& json) {
  Axis axis{json.at("first").number(), json.at("last").number(), static_cast<int>(json.at("n").integer()),
            quantity(json.at("name").text(), json.at("unit").text())};
  // gcc 12 warns wrongly about the assignment of a literal
  if (axis.quantity.unit == "ms" && axis.last >= 1) axis.quantity.unit = std::string("s"), axis.quantity.factor = 1;
  return axis;
}

/// Rows of the map in the units of `factor`.
std::vector<std::vector<double>> map_of(const Json& json, double factor) {
  std::vector<std::vector<double>> rows;
  for (const Json& row : json.items()) {
    rows.emplace_back();
    for (const Json& value : row.items()) rows.back().push_back(value.is_null() ? std::nan("") : factor * value.number());
  }
  return rows;
}

/// The size below which a share of the map's values lies.
double quantile(const std::vector<std::vector<double>>& map, double share) {
  std::vector<double> sizes;
  for (const auto& row : map)
    for (const double value : row)
      if (std::isfinite(value)) sizes.push_back(std::abs(value));
  if (sizes.empty()) return 1;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at > 0 ? *at : 1;
}

/// The largest of 1, 2, 5 times a power of ten that is at most x.
double nice_floor(double x) { return 1 / base::nice_ceiling(1 / x); }

struct Panel {
  const Measured* model;
  const Json* maps;
};

class GridPicture {
 public:
  GridPicture(const Json& grid, const Json& first, const std::string& output)
      : x_(axis_of(grid.at("x"))), y_(axis_of(grid.at("y"))), quantity_(quantity(output, first.at("unit").text())) {}

  std::string draw(const std::vector<Panel>& panels, const std::string& id, const std::string& family) {
    const int columns = static_cast<int>(panels.size()) + 1;
    Plot plot(225 * columns + 50, 540);
    plot.panels(2, columns, 62);
    plot.line("unset key\nset tics out nomirror font ',10'\nset border lw 0.6\nset title font ',11' offset 0,-0.5");
    plot.line("set xlabel " + base::gnuplot_string(x_.quantity.axis("")) + " offset 0,0.4\nset ylabel " +
              base::gnuplot_string(y_.quantity.axis("")) + " offset 0.8,0");
    const auto map = [&](const Panel& panel, const char* what) { return map_of(panel.maps->at(what), quantity_.factor); };
    const auto bound = map(panels.front(), "sqrt_crb");
    double bias_range = 0, least_std = quantile(bound, 0.05);
    for (const Panel& panel : panels) {
      bias_range = std::max(bias_range, quantile(map(panel, "bias"), 0.95));
      least_std = std::min(least_std, quantile(map(panel, "std"), 0.05));
    }
    bias_range = base::nice_ceiling(bias_range);

    plot.line("set palette defined (-1 '#2166ac', -0.5 '#92c5de', 0 '#f7f7f7', 0.5 '#f4a582', 1 '#b2182b')");
    plot.line("set cbrange [" + snr_key(-bias_range) + ":" + snr_key(bias_range) + "]");
    for (const Panel& panel : panels) {
      plot.line(&panel == &panels.back() ? "set colorbox" : "unset colorbox");  // one for the row: the range is shared
      image(plot, map(panel, "bias"), "bias, " + panel.model->name);
    }
    plot.line(
        "set multiplot next\nunset colorbox\nset palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', "
        "1 '#fde725')");
    plot.line("set logscale cb\nset format cb '%g'\nset cbrange [" + snr_key(nice_floor(least_std)) + ":" +
              snr_key(base::nice_ceiling(quantile(bound, 0.95))) + "]");
    for (const Panel& panel : panels) image(plot, map(panel, "std"), "std, " + panel.model->name);
    plot.line("set colorbox");
    image(plot, bound, "sqrt(CRB)");
    return heading(family) + plot.svg(id);
  }

  std::string heading(const std::string& family) const {
    return "<h4>" +
           base::for_html(family + ": " + quantity_.text + (quantity_.unit.empty() ? "" : " in " + quantity_.unit) + " over " +
                          x_.quantity.text + " and " + y_.quantity.text) +
           "</h4>";
  }

 private:
  void image(Plot& plot, const std::vector<std::vector<double>>& map, const std::string& title) const {
    const double fx = x_.quantity.factor, fy = y_.quantity.factor;
    const auto text = [](double v) { return std::to_string(v); };
    const double x0 = fx * x_.first, dx = fx * x_.step(), y0 = fy * y_.first, dy = fy * y_.step();
    plot.line("set title " + base::gnuplot_text(title) + " noenhanced");
    plot.line("set xrange [" + text(x0 - dx / 2) + ":" + text(fx * x_.last + dx / 2) + "]\nset yrange [" + text(y0 - dy / 2) +
              ":" + text(fy * y_.last + dy / 2) + "]");
    const std::string data = plot.data(map);
    plot.line("plot " + data + " matrix using (" + text(x0) + "+$1*" + text(dx) + "):(" + text(y0) + "+$2*" + text(dy) +
              "):3 with image, '+' using (" + text(fx * x_.quantity.nominal) + "):(" + text(fy * y_.quantity.nominal) +
              ") every ::0::0 with points pt 7 ps 0.5 lc rgb '#00c000'");
  }

  Axis x_, y_;
  Quantity quantity_;
};

/// One picture; empty when nobody in the family was measured.
std::string draw(const Family& family, const std::string& grid, const std::string& output, const std::string& id) {
  std::vector<Panel> panels;
  for (const Measured* model : family.members)
    if (const Json* maps = model->grid(grid, output)) panels.push_back({model, maps});
  if (panels.empty()) return "";
  return GridPicture(panels.front().model->json.at("grids").at(grid), *panels.front().maps, output)
      .draw(panels, id, family.name);
}

}  // namespace

Figure grid_figure(const std::vector<Family>& families) {
  Figure figure{"figure4", "Figure 4. Bias and standard deviation over the grids of test set 2", "", {}, {}};
  int n = 0;
  for (const Family& family : families) {
    const Json& grids = family.members.front()->json.at("grids");
    if (!grids.is_object()) continue;
    for (const auto& grid : grids.members())
      for (const auto& output : grid.value.at("outputs").members()) {
        const std::string picture = draw(family, grid.key, output.key, figure.id + "_" + std::to_string(++n));
        const bool in_the_paper = grid.key == "t1_t2f" && output.key == "t2_free_s";
        if (!picture.empty()) (in_the_paper ? figure.pictures : figure.folded).push_back(picture);
      }
  }
  if (figure.pictures.empty() && figure.folded.empty()) return figure;
  const Json& json = families.front().members.front()->json;
  figure.caption =
      "Mean error (upper rows; white is unbiased, red too high) and standard deviation of the estimates over " +
      std::to_string(json.at("realisations").integer()) + " noise realisations of each point at SNR " +
      snr_key(json.at("detail").at("snr").number()) +
      ", beside the square root of the Cramér-Rao bound at the same SNR (logarithmic colours). All standard deviations of a "
      "picture share "
      "one colour range, so do its biases; what lies outside takes the end colour. The other parameters are at the "
      "nominal means of the prior (m0s 0.12, T1 1.6 s, T2f 0.1 s, exchange 44 /s, T2s 10 us, B1 1, on "
      "resonance), which the green dot marks. Points without a bound (m0s = 0) are blank.";
  return figure;
}

}  // namespace crbrt::report
