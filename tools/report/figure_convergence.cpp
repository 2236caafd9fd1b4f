// SPDX-License-Identifier: Apache-2.0
// Figure 3: one panel per training, as MSE and CRB losses share no axis.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/gnuplot.h"
#include "base/read_file.h"
#include "tools/report/figures.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

std::size_t column(const std::string& path, const std::vector<std::string>& header, const char* name) {
  const auto at = std::find(header.begin(), header.end(), name);
  if (at == header.end()) throw base::InputError(path, std::string("a column ") + name, "none");
  return static_cast<std::size_t>(at - header.begin());
}

}  // namespace

History read_history(const std::string& name, const std::string& path) {
  base::expect_file(path, "the loss.csv of a training");
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) throw base::InputError(path, "the loss.csv of a training", "no readable file");
  const auto header = split(line);
  const std::size_t epoch = column(path, header, "epoch"), training = column(path, header, "training_loss"),
                    validation = column(path, header, "validation_loss");
  History history{name, path, {}, {}, {}};
  while (std::getline(file, line)) {
    const auto cells = split(line);
    if (cells.size() != header.size())
      throw base::InputError(path, std::to_string(header.size()) + " numbers a line", std::to_string(cells.size()));
    history.epoch.push_back(std::strtod(cells[epoch].c_str(), nullptr));
    history.training.push_back(std::strtod(cells[training].c_str(), nullptr));
    history.validation.push_back(std::strtod(cells[validation].c_str(), nullptr));
  }
  if (history.epoch.empty()) throw base::InputError(path, "at least one epoch", "none");
  return history;
}

Figure convergence_figure(const std::vector<History>& histories) {
  Figure figure{"figure3", "Figure 3. Convergence of the training and validation loss", "", {}, {}};
  if (histories.empty()) return figure;
  const int columns = std::min<int>(3, static_cast<int>(histories.size()));
  const int rows = (static_cast<int>(histories.size()) + columns - 1) / columns;
  Plot plot(360 * columns, 290 * rows);
  plot.panels(rows, columns);
  plot.line("set logscale y\nset grid lc rgb '#dddddd'\nset xlabel 'epoch'\nset ylabel 'loss'\nset key top right samplen 2");
  for (const History& history : histories) {
    std::vector<std::vector<double>> points;
    for (std::size_t i = 0; i < history.epoch.size(); ++i)
      points.push_back({history.epoch[i], history.training[i], history.validation[i]});
    const std::string data = plot.data(points);
    plot.line("set title " + base::gnuplot_text(history.name) +
              " noenhanced\nset xrange [0:" + std::to_string(history.epoch.back()) + "]");
    plot.line("plot 1 lc rgb '#888888' dt 2 notitle, " + data +
              " using 1:2 with lines lw 1.5 lc rgb '#999999' title 'training', " + data +
              " using 1:3 with lines lw 2 lc rgb '#1f5fa8' title 'validation'");
  }
  figure.pictures.push_back(plot.svg(figure.id));
  figure.caption =
      "Mean loss over the training set and over fingerprints held out from it, at every validated epoch. For a loss weighted "
      "by "
      "the Cramér-Rao bound the dashed line at 1 is an efficient unbiased estimator, which a network that knows its prior "
      "may undercut; a mean squared error, in units of each output's variance, has no such reference.";
  return figure;
}

}  // namespace crbrt::report
