// SPDX-License-Identifier: Apache-2.0
// crbrt-report: evaluations, trainings and comparisons in one page of HTML.
#include <cstdio>
#include <cstdlib>

#include "base/atomic_output.h"
#include "base/error.h"
#include "tools/cli/command_line.h"
#include "tools/report/document.h"
#include "tools/report/page.h"

namespace {

using namespace crbrt;

struct CommandLine {
  std::vector<std::string> evaluations, papers, histories, tables, pictures, floors;
  std::string title = report::Inputs{}.title, goals, out;
};

/// False when the program is done (--help).
bool read_command_line(int argc, char** argv, CommandLine& line) {
  cli::CommandLine app(
      "Writes one self-contained HTML page: the measured numbers, beside goals where a file has them, the figures\n"
      "of Zhang et al. 2022 for our models, coverage, ROC curves and the frontier. Figures need gnuplot.",
      "crbrt-report",
      {{{"A page of one model", "crbrt-report --evaluation evaluation.json --out report.html"},
        {"A page with goals and the history of a training",
         "crbrt-report --evaluation evaluation.json --goals goals.json --history brain_v2=loss.csv --out report.html"}}});
  app.exit_code(base::exit_disagreement, "");
  app.option("--evaluation FILE", line.evaluations, "JSON of crbrt-eval; repeat for every model (docs/evaluation.md)")
      .required();
  app.option("--paper FILE", line.papers,
             "JSON of crbrt-eval for the network of Zhang et al. 2022 (docs/references.md); repeatable");
  app.option("--history NAME=FILE", line.histories, "NAME=loss.csv of a training; repeatable");
  app.option("--table TITLE=FILE", line.tables, "TITLE=FILE.csv or TITLE=FILE.json: an extra table; repeatable");
  app.option("--picture TITLE=FILE", line.pictures, "TITLE=FILE.png: an extra picture, embedded; repeatable");
  app.option("--floor LOSS=X", line.floors, "loss=X, loss_snr100=X or bias2_snr50=X: what the best estimator could reach");
  app.option("--goals FILE", line.goals, "JSON of numbers to reach (docs/evaluation.md); without it nothing is judged");
  app.option("--title TITLE", line.title, "of the page").show_default();
  app.option("--out FILE", line.out, "the page (.html)").required();
  return app.parse(argc, argv);
}

/// "NAME=VALUE" at the last '=' that leaves a value: titles may hold one, file names seldom do.
std::pair<std::string, std::string> split(const char* option, const std::string& text) {
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    throw base::UsageError(std::string(option) + ": expected NAME=VALUE, found " + text);
  return {text.substr(0, at), text.substr(at + 1)};
}

void set_floor(const std::string& text, report::Floor& floor) {
  const auto [name, value] = split("--floor", text);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (*end != '\0' || !(number > 0)) throw base::UsageError("--floor: expected a positive number, found " + value);
  if (name == "loss")
    floor.loss = number;
  else if (name == "loss_snr100")
    floor.loss_snr100 = number;
  else if (name == "bias2_snr50")
    floor.bias2_snr50 = number;
  else
    throw base::UsageError("--floor: expected loss, loss_snr100 or bias2_snr50, found " + name);
}

int write_report(int argc, char** argv) {
  CommandLine line;
  if (!read_command_line(argc, argv, line)) return base::exit_ok;
  report::Inputs inputs;
  inputs.title = line.title;
  inputs.command = cli::command_text(argc, argv);
  for (const std::string& floor : line.floors) set_floor(floor, inputs.floor);
  inputs.has_goals = !line.goals.empty();
  if (inputs.has_goals) inputs.goals = report::read_goals(line.goals);
  for (const std::string& path : line.evaluations) inputs.measured.push_back(report::read_measured(path, false));
  for (const std::string& path : line.papers) inputs.measured.push_back(report::read_measured(path, true));
  for (const std::string& text : line.histories) {
    const auto [name, path] = split("--history", text);
    inputs.histories.push_back(report::read_history(name, path));
  }
  for (const std::string& text : line.tables) {
    const auto [title, path] = split("--table", text);
    inputs.tables.push_back(report::read_table(title, path));
  }
  for (const std::string& text : line.pictures) {
    const auto [title, path] = split("--picture", text);
    inputs.pictures.emplace_back(title, report::png_address(path));
  }
  base::write_text_file(line.out, report::document(inputs));
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-report", write_report, argc, argv); }
