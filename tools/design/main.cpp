// SPDX-License-Identifier: Apache-2.0
// crbrt-design: designs a pulse train for the bounds of brain tissues, writes the train of a shape, and measures the bounds of
// trains.
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/progress.h"
#include "base/read_file.h"
#include "base/warnings.h"
#include "physics/io/sequence_io.h"
#include "tools/cli/command_line.h"
#include "tools/design/report.h"
#include "tools/design/search.h"

namespace {

using namespace crbrt;
using namespace crbrt::design;

struct CommandLine {
  std::string problem, out, shape, json, csv, plot, summary, start_shape, start_sequence;
  std::vector<std::string> sequences;
  std::optional<double> tr_s;
  int n_round = 20, n_iteration = 25;
  unsigned threads = 1;
  std::uint64_t seed = 1, n_random = 0, n_basis = 4096, n_draw = 512;
  bool resume = false, overwrite = false;
};

physics::Sequence read_train(const std::string& path, const std::optional<double>& tr_s) {
  return physics::read_sequence(path, path.ends_with(".json") ? std::nullopt : tr_s);
}

/// A search takes hours: what an earlier one left is not replaced unless that is asked for.
void expect_free(const CommandLine& line, const std::string& state_path) {
  for (const std::string& input : {line.problem, line.start_shape, line.start_sequence}) base::note_input(input);
  base::expect_no_input(line.out);
  if (line.overwrite || (line.resume && std::filesystem::exists(state_path))) return;
  for (const std::string& earlier : {state_path, line.out})
    if (std::filesystem::exists(earlier))
      throw base::OutputError(earlier, "it is of an earlier search; --resume goes on with OUT.state, --overwrite begins anew");
}

/// The best of the given start and the random shapes, by the bounds of the time domain.
Shape best_start(const CommandLine& line, const Problem& problem, const TrainCost& cost) {
  std::vector<Shape> shapes;
  if (!line.start_shape.empty()) shapes.push_back(resampled_shape(problem, read_shape(line.start_shape)));
  if (!line.start_sequence.empty()) shapes.push_back(fitted_shape(problem, read_train(line.start_sequence, line.tr_s)));
  for (std::uint64_t i = 0; i < line.n_random; ++i) shapes.push_back(random_shape(problem, line.seed, i));
  if (shapes.empty()) throw base::UsageError("expected --start-shape, --start-sequence or --random");
  base::Progress progress("starts", shapes.size());
  std::size_t best = 0;
  double lowest = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const double found = cost.evaluate(expand(shapes[i], problem.limits, Durations::continuous), {}, false).cost;
    progress.advance(1);
    if (i > 0 && !(found < lowest)) continue;
    lowest = found;
    best = i;
  }
  return shapes[best];
}

physics::Sequence final_train(const Shape& shape, const Limits& limits, const std::string& file) {
  const physics::Sequence sequence = expand(shape, limits, Durations::whole_microseconds);
  if (const std::string why = why_over_limit(sequence, limits); !why.empty())
    throw base::Error(base::exit_input, file + ": " + why);
  return sequence;
}

void report(const CommandLine& line, const Problem& problem, const TrainCost& cost,
            const std::vector<std::pair<std::string, physics::Sequence>>& trains) {
  std::vector<TrainReport> reports;
  for (const auto& [label, sequence] : trains)
    reports.push_back(measure(label, sequence, problem, cost, line.n_basis, line.n_draw));
  base::print_lines(report_text(problem, reports));
  if (!line.summary.empty()) base::write_text_file(line.summary, report_json(problem, reports));
}

void optimise(const CommandLine& line) {
  const Problem problem = read_problem(line.problem);
  const std::string text = base::read_file(line.problem, "a readable JSON file"), state_path = line.out + ".state";
  expect_free(line, state_path);
  { const base::AtomicFile writable(line.out); }  // before minutes of work
  const TrainCost cost(problem, line.threads);
  std::optional<SearchState> earlier;
  if (line.resume && std::filesystem::exists(state_path)) {
    earlier = read_state(state_path, text);
    base::forget_input(state_path);
    if (!earlier) base::Warnings("crbrt-design").add(state_path + ": it is damaged; the search begins anew");
  }
  SearchState state = earlier ? *std::move(earlier) : start_of(problem, text, best_start(line, problem, cost));
  if (state.positions.size() != problem.n_alpha + problem.n_trf)
    throw base::InputError(state_path, std::to_string(problem.n_alpha + problem.n_trf) + " positions",
                           std::to_string(state.positions.size()));
  const auto n_step = static_cast<std::uint64_t>(line.n_round) * static_cast<std::uint64_t>(line.n_iteration);
  base::Progress progress("design", n_step, static_cast<std::uint64_t>(state.n_round * line.n_iteration));
  while (state.n_round < line.n_round) {
    run_round(
        problem, cost, line.n_iteration, [&](double now) { progress.advance(1, "cost " + std::to_string(now)); }, state);
    write_state(state_path, state);
    std::printf("round %d: cost %.5f\n", state.n_round, state.costs.back());
    std::fflush(stdout);
  }
  const Shape shape = shape_of(problem, state);
  base::write_text_file(line.out, shape_text(shape));
}

void write(const CommandLine& line) {
  base::expect_different_outputs({{"--json", line.json}, {"--csv", line.csv}, {"--plot", line.plot}});
  const Limits limits = line.problem.empty() ? Limits{} : read_problem(line.problem).limits;
  const physics::Sequence sequence = final_train(read_shape(line.shape), limits, line.shape);
  base::expect_no_input(line.plot);
  base::write_text_file(line.json, json_text(sequence));
  if (!line.csv.empty()) base::write_text_file(line.csv, csv_text(sequence));
  if (!line.plot.empty()) plot_train(sequence, line.plot);
}

void print_bounds(const CommandLine& line) {
  const Problem problem = read_problem(line.problem);
  const TrainCost cost(problem, line.threads);
  std::vector<std::pair<std::string, physics::Sequence>> trains;
  cli::expect_different("--sequence", line.sequences);
  for (const std::string& path : line.sequences) trains.emplace_back(path, read_train(path, line.tr_s));
  report(line, problem, cost, trains);
}

int run(int argc, char** argv) {
  CommandLine line;
  cli::CommandLine app(
      "Designs pulse trains for small Cramer-Rao bounds, writes them, and prints their bounds. docs/design.md.", "crbrt-design",
      {{{"A search that can be stopped and resumed",
         "crbrt-design run --problem problem.json --random 100 --out shape.json --resume"},
        {"The train of a shape", "crbrt-design write --shape shape.json --json train.json --plot train.png"}}});
  cli::Command run_command = app.subcommand("run", "search for a train with smaller bounds");
  run_command.option("--out FILE", line.out, "shape file to write; OUT.state is kept beside it").required();
  run_command.option("--start-shape FILE", line.start_shape, "start from a shape file");
  run_command.option("--start-sequence FILE", line.start_sequence, "start from splines through a train (.json, .mat)");
  run_command.option("--random N", line.n_random, "random shapes among which the start is chosen");
  run_command.option("--seed N", line.seed, "of the random shapes").show_default();
  run_command.option("--rounds N", line.n_round, "the basis is renewed before each").in_range(1, 100000).show_default();
  run_command.option("--iterations N", line.n_iteration, "per round").in_range(1, 100000).show_default();
  run_command.flag("--resume", line.resume, "go on from OUT.state where it exists");
  run_command.flag("--overwrite", line.overwrite, "begin anew where OUT or OUT.state exists");
  cli::Command write_command = app.subcommand("write", "the train of a shape, as JSON, CSV and picture");
  write_command.option("--shape FILE", line.shape, "shape file").required();
  write_command.option("--json FILE", line.json, "train as crbrt-simulate reads it").required();
  write_command.option("--csv FILE", line.csv, "train as a table, one pulse a row");
  write_command.option("--plot FILE", line.plot, "flip angles and durations (.png, needs gnuplot)");
  write_command.option("--problem FILE", line.problem, "takes the limits from here");
  cli::Command bounds_command = app.subcommand("bounds", "bounds and losses of information, pulse train by pulse train");
  bounds_command.older_name("compare");
  bounds_command.option("--sequence FILE", line.sequences, "train (.json, .mat); repeat").required();
  bounds_command.option("--summary FILE", line.summary, "the same numbers as JSON");
  bounds_command.option("--basis-count N", line.n_basis, "prior fingerprints that span the bases")
      .in_range(32, 100000)
      .show_default();
  bounds_command.option("--count N", line.n_draw, "others that are measured").in_range(1, 100000).show_default();
  for (cli::Command command : {run_command, bounds_command}) {
    command.option("--problem FILE", line.problem, "design problem (.json)").required();
    command.option("--tr SECONDS", line.tr_s, "repetition time in s, for files that do not hold it");
    command.option("--threads N", line.threads, "worker threads").in_range(1, 1024).show_default();
  }
  if (!app.parse(argc, argv)) return base::exit_ok;
  if (run_command.is_chosen()) optimise(line);
  if (write_command.is_chosen()) write(line);
  if (bounds_command.is_chosen()) print_bounds(line);
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-design", run, argc, argv); }
