// SPDX-License-Identifier: Apache-2.0
// crbrt-benchmark: what every way to estimate is worth, measured side by side, and the page that shows it.
#include <string>

#include "base/atomic_output.h"
#include "base/error.h"
#include "bench/benchmark/measure.h"
#include "bench/benchmark/page.h"
#include "tools/cli/command_line.h"

namespace {

using namespace crbrt;

int run(int argc, char** argv) {
  bench::BenchmarkOptions options;
  bool is_quick = false;
  std::string json, from, html;
  cli::CommandLine line(
      "Least squares, dictionaries and networks on the same unseen fingerprints: errors in units of the bound, and time.",
      "crbrt-benchmark",
      {{{"A short run", "crbrt-benchmark measure --quick --json benchmark.json"},
        {"Its page", "crbrt-benchmark page --from benchmark.json --html benchmark.html"}}});
  cli::Command measure = line.subcommand("measure", "measures, and writes JSON");
  measure.option("--json FILE", json, "what was measured").required();
  measure.flag("--quick", is_quick, "few fingerprints and coarse grids, for function");
  measure.option("--models FOLDER", options.models, "the shipped models").show_default();
  measure.option("--forward FILE", options.forward, "a model with a forward part, in place of that of brain_v2_all");
  measure.option("--timed NAME=FILE", options.timed, "a network whose time alone is measured").one_value_each();
  measure.option("--phantom FOLDER", options.phantom, "digital brain of crbrt-phantom make with the protocol crbrt1142");
  measure.option("--phantom-voxels N", options.phantom_voxels, "drawn from it").in_range(8, 1000000).show_default();
  const cli::Option image = measure.option("--in-vivo FILE", options.in_vivo.image, "coefficients of the slice of invivo6");
  cli::Option mask = measure.option("--in-vivo-mask FILE", options.in_vivo.mask, "its mask");
  cli::Option sequence = measure.option("--in-vivo-sequence FILE", options.in_vivo.sequence, "its pulse sequence");
  cli::Option basis = measure.option("--in-vivo-basis FILE", options.in_vivo.basis, "its basis");
  for (cli::Option* const option : {&mask, &sequence, &basis}) option->needs(image);
  measure.option("--in-vivo-tr SECONDS", options.in_vivo.tr_s, "its repetition time").positive().needs(image);
  measure.option("--in-vivo-voxels N", options.in_vivo.voxels, "drawn from it").in_range(8, 1000000).show_default();
  measure.option("--training FILE", options.training, "timed trainings (BENCHMARKS.md)");
  measure.option("--brain SIZE.PRECISION.CORES=FILE", options.brains, "a --stats file of crbrt-map").one_value_each();
  measure.option("--fingerprints N", options.fingerprints, "unseen fingerprints").in_range(8, 1000000).show_default();
  measure.option("--realisations N", options.realisations, "of the noise").in_range(2, 1000).show_default();
  measure.option("--turns N", options.turns, "in which estimators are timed").in_range(1, 1000).show_default();
  measure.option("--seed N", options.seed, "of fingerprints and noise").show_default();
  cli::Command page = line.subcommand("page", "makes the page of a JSON file");
  page.option("--from FILE", from, "JSON of crbrt-benchmark measure").required();
  page.option("--html FILE", html, "the page").required();
  if (!line.parse(argc, argv)) return base::exit_ok;
  if (page.is_chosen()) {
    base::write_text_file(html, bench::benchmark_page(base::Json::from_file(from), from));
    return base::exit_ok;
  }
  if (image.is_given() && !(mask.is_given() && sequence.is_given() && basis.is_given()))
    throw base::UsageError("--in-vivo: expected --in-vivo-mask, --in-vivo-sequence and --in-vivo-basis beside it");
  if (is_quick) options.be_quick();
  base::write_text_file(json, bench::measure_benchmark(options).dump(1) + "\n");
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-benchmark", run, argc, argv); }
