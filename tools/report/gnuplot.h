// SPDX-License-Identifier: Apache-2.0
/// Pictures by gnuplot: a script with its data inside goes in, an SVG comes out that can stand in a page beside others.
#pragma once

#include <string>
#include <vector>

namespace crbrt::report {

/// A script under construction.
///     Plot plot(900, 300);
///     const std::string data = plot.data({{1, 2}, {3, 4}});
///     plot.line("plot " + data + " using 1:2 with lines");
///     page += plot.svg("fig1");
class Plot {
 public:
  Plot(int width, int height);

  /// Texts that are not this project's own reach it through base/gnuplot.h.
  void line(const std::string& text) { script_ += text + "\n"; }

  /// Adds a block of rows and returns its name; NaN leaves a gap.
  std::string data(const std::vector<std::vector<double>>& rows);

  /// Starts `rows` by `columns` panels of equal size; every "plot" command fills the next one, row after row. `right` pixels
  /// beside the last column are kept free: a colour box needs them.
  void panels(int rows, int columns, int right = 14);

  /// Runs gnuplot. Every id in the SVG begins with `prefix`; it names no outside address. Throws base::Error when there is no
  /// gnuplot, and with gnuplot's words when it fails.
  std::string svg(const std::string& prefix) const;

 private:
  int width_, height_;
  std::string script_;
  int n_block_ = 0;
};

/// What svg() does to gnuplot's text: drops the XML header and name spaces, prefixes ids and references, gives it a width.
std::string inline_svg(std::string svg, const std::string& prefix, int width);

}  // namespace crbrt::report
