// crbrt-protocol: writes the pulse train of a shape file, compares trains by what they can measure in a brain, improves shapes.
#include <cstdio>
#include <optional>

#include "physics/io/sequence_io.h"
#include "tools/cli/atomic_output.h"
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/protocol/brain_precision.h"
#include "tools/protocol/improve.h"
#include "tools/protocol/sequence_text.h"
#include "tools/protocol/shape.h"

namespace {

using namespace crbrt;
using namespace crbrt::protocol;

struct CommandLine {
  std::string shape, json, csv, prior, out;
  std::vector<std::string> sequences;
  std::optional<double> tr_s;
  std::size_t n_basis = 256;
  Eigen::Index rank = 13;
  double time_weight = 0.2, max_seconds = 300;
  unsigned threads = 1;
  std::uint64_t seed = 1, n_random = 0;
};

void write(const CommandLine& line) {
  const Limits limits;
  const physics::Sequence sequence = expand(read_shape(line.shape), limits, Durations::whole_microseconds);
  if (const std::string why = why_over_limit(sequence, limits); !why.empty())
    throw cli::Error(cli::exit_input, line.shape + ": " + why);
  cli::write_text_file(line.json, json_text(sequence));
  cli::write_text_file(line.csv, csv_text(sequence));
}

void print(const std::string& name, const physics::Sequence& sequence, const std::vector<TissuePrecision>& precisions) {
  const physics::RfLoad load = physics::rf_load(sequence);
  std::printf("%s: RF energy %.4g rad^2/s, B1 rms %.4g uT, B1 peak %.4g uT; relative sqrt(CRB) at SNR 50, in percent\n",
              name.c_str(), load.energy_rad2_per_s, load.b1_rms_ut, load.b1_peak_ut);
  std::printf("  %-14s %14s %14s %14s   %s\n", "", quantity_names[0], quantity_names[1], quantity_names[2],
              "(time domain, compressed)");
  for (const TissuePrecision& p : precisions) {
    std::printf("  %-14s", p.tissue.c_str());
    for (std::size_t q = 0; q < n_quantity; ++q) std::printf("  %6.2f %6.2f", 2 * p.time_domain[q], 2 * p.compressed[q]);
    std::printf("\n");
  }
}

void compare(const CommandLine& line) {
  for (const std::string& path : line.sequences) {
    const physics::Sequence sequence = physics::read_sequence(path, path.ends_with(".json") ? std::nullopt : line.tr_s);
    const BrainPrecision precision(physics::read_prior(line.prior, sequence.tr_s), line.n_basis, line.rank);
    print(path, sequence, precision.measure(sequence));
  }
}

/// The best of the given shape and `n_random` random ones.
Shape best_start(const CommandLine& line, const Shape& given, const Limits& limits, const BrainPrecision& precision) {
  const auto cost = [&](const Shape& shape) {
    return precision.cost(expand(shape, limits, Durations::continuous), line.time_weight);
  };
  Shape best = given;
  double lowest = cost(given);
  for (std::uint64_t i = 0; i < line.n_random; ++i) {
    const Shape shape = random_shape(given, limits, line.seed, i);
    const double found = cost(shape);
    if (!(found < lowest)) continue;
    lowest = found;
    best = shape;
  }
  return best;
}

void improve_shape(const CommandLine& line) {
  const Limits limits;
  const Shape given = read_shape(line.shape);
  const BrainPrecision precision(physics::read_prior(line.prior, given.tr_s), line.n_basis, line.rank);
  const Shape start = best_start(line, given, limits, precision);
  const Improvement result = improve(start, limits, precision, line.time_weight, line.max_seconds, line.threads);
  std::printf("cost %.4f -> %.4f in %d iterations\n", result.cost_before, result.cost_after, result.iterations);
  cli::write_text_file(line.out, shape_text(result.shape));
}

int run(int argc, char** argv) {
  CommandLine line;
  CLI::App app("Pulse trains of our own: from the few numbers of a shape file to JSON and CSV.", "crbrt-protocol");
  cli::add_common_options(app);
  app.require_subcommand(1);
  auto* write_command = app.add_subcommand("write", "the train of a shape, as JSON and CSV");
  write_command->add_option("--shape", line.shape, "shape file")->required();
  write_command->add_option("--json", line.json, "train as crbrt-simulate reads it")->required();
  write_command->add_option("--csv", line.csv, "train as a table, one pulse a row")->required();
  auto* compare_command = app.add_subcommand("compare", "bounds of brain tissues, train by train");
  compare_command->add_option("--sequence", line.sequences, "train (.json, .mat); repeat")->required();
  compare_command->add_option("--tr", line.tr_s, "repetition time in s, for files that do not hold it");
  auto* improve_command = app.add_subcommand("improve", "lowers the bounds by moving the numbers of a shape");
  improve_command->add_option("--shape", line.shape, "where to start")->required();
  improve_command->add_option("--out", line.out, "improved shape")->required();
  improve_command->add_option("--seconds", line.max_seconds, "time limit")->check(CLI::PositiveNumber)->capture_default_str();
  improve_command->add_option("--time-weight", line.time_weight, "weight of the bounds without compression")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  improve_command->add_option("--threads", line.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  improve_command->add_option("--random", line.n_random, "random shapes to try as a start besides the given one")
      ->capture_default_str();
  improve_command->add_option("--seed", line.seed, "of the random shapes")->capture_default_str();
  for (CLI::App* command : {compare_command, improve_command}) {
    command->add_option("--prior", line.prior, "tissues that span the subspace (.json)")->required();
    command->add_option("--count", line.n_basis, "how many of them; 0: time domain only")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    command->add_option("--rank", line.rank, "of the subspace")->check(CLI::Range(5, 100))->capture_default_str();
  }
  if (!cli::parse(app, argc, argv)) return cli::exit_ok;
  if (write_command->parsed()) write(line);
  if (compare_command->parsed()) compare(line);
  if (improve_command->parsed()) improve_shape(line);
  return cli::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return cli::run_main("crbrt-protocol", run, argc, argv); }
