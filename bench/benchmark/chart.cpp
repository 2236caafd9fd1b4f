// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/chart.h"

#include <algorithm>
#include <cmath>

#include "base/escaped.h"
#include "base/number_text.h"
#include "bench/benchmark/figures.h"

namespace crbrt::bench {
namespace {

constexpr double width = 560, height = 380, left = 56, right = 16, top = 34, bottom = 46;
constexpr double lowest_error = 0.05;

/// A logarithmic axis between powers of ten.
struct Axis {
  double lowest, highest, from, to;
  double at(double value) const {
    const double share = std::log(std::clamp(value, lowest, highest) / lowest) / std::log(highest / lowest);
    return from + share * (to - from);
  }
};

std::string pixels(double value) { return base::number_text(value, "%.1f"); }

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return "<line x1=\"" + pixels(x1) + "\" y1=\"" + pixels(y1) + "\" x2=\"" + pixels(x2) + "\" y2=\"" + pixels(y2) + "\" " +
         style + "/>\n";
}

std::string text(double x, double y, const std::string& anchor, const std::string& words, const std::string& style = "") {
  return "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"" + anchor + "\" " + style + ">" +
         base::for_html(words) + "</text>\n";
}

std::string grid(const Axis& x, const Axis& y) {
  std::string svg;
  for (double value = x.lowest; value <= x.highest * 1.01; value *= 10) {
    svg += line(x.at(value), y.from, x.at(value), y.to, "class=\"grid\"");
    const double shown = value < 999 ? value : value < 999e3 ? value / 1e3 : value / 1e6;
    svg += text(x.at(value), y.from + 18, "middle",
                base::number_text(shown, "%g") + (value < 999     ? " us"
                                                  : value < 999e3 ? " ms"
                                                                  : " s"));
  }
  for (const double value : {0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0}) {
    if (value > y.highest) break;
    svg += line(x.from, y.at(value), x.to, y.at(value), value == 1 ? "class=\"bound\"" : "class=\"grid\"");
    svg += text(x.from - 6, y.at(value) + 4, "end", base::number_text(value, "%g"));
  }
  svg += text((x.from + x.to) / 2, height - 8, "middle", "processor time a voxel, one core");
  return svg + text(0, 0, "middle", "error / sqrt(CRB)",
                    "transform=\"translate(14 " + pixels((y.from + y.to) / 2) + ") rotate(-90)\"");
}

std::string marks(const ChartPoint& p, const Axis& x, const Axis& y) {
  const double at = x.at(p.us), total = y.at(p.total);
  const auto named = [](const char* name, const std::optional<double>& value) {
    return value ? std::string(", ") + name + " " + digits(*value) : "";
  };
  std::string svg = "<g fill=\"" + p.colour + "\" stroke=\"" + p.colour + "\"><title>" +
                    base::for_html(p.name + ": total " + digits(p.total) + named("bias", p.bias) + named("spread", p.spread) +
                                   ", median " + digits(p.median) + ", " + digits(p.us) + " us (" + p.key + ")") +
                    "</title>\n";
  const double lowest = std::min({p.median, p.bias.value_or(p.total), p.spread.value_or(p.total)});
  svg += line(at, total, at, y.at(lowest), "stroke-width=\"1.5\" opacity=\"0.5\"");
  if (p.spread) svg += line(at - 7, y.at(*p.spread), at + 7, y.at(*p.spread), "stroke-width=\"3\"");
  if (p.bias)
    svg += "<path d=\"M" + pixels(at) + " " + pixels(y.at(*p.bias) - 5) + "l5 9h-10z\" fill=\"#fff\" stroke-width=\"1.5\"/>\n";
  svg +=
      "<circle cx=\"" + pixels(at) + "\" cy=\"" + pixels(y.at(p.median)) + "\" r=\"4\" fill=\"#fff\" stroke-width=\"1.5\"/>\n";
  svg += "<circle cx=\"" + pixels(at) + "\" cy=\"" + pixels(total) + "\" r=\"9\"/>\n</g>\n";
  return svg + text(at, total + 4, "middle", p.number, "class=\"number\"");
}

}  // namespace

std::string error_chart(const std::string& title, const std::vector<ChartPoint>& points) {
  double fastest = 1, slowest = 10, worst = 5;
  for (const ChartPoint& p : points) {
    fastest = std::min(fastest, p.us);
    slowest = std::max(slowest, p.us);
    worst = std::max(worst, p.total * 1.3);
  }
  const Axis x{std::pow(10, std::floor(std::log10(fastest))), std::pow(10, std::ceil(std::log10(slowest))), left,
               width - right};
  const Axis y{lowest_error, worst, height - bottom, top};
  std::string svg = "<svg viewBox=\"0 0 " + pixels(width) + " " + pixels(height) + "\" role=\"img\">\n" +
                    text(left, 18, "start", title, "class=\"title\"") + grid(x, y);
  for (const ChartPoint& p : points) svg += marks(p, x, y);
  return svg + "</svg>\n";
}

}  // namespace crbrt::bench
