// SPDX-License-Identifier: Apache-2.0
/// crbrt-bench: the runtime and other engines on the same networks, weights and voxels, interleaved in one run.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "bench/speed/networks.h"
#include "bench/speed/report.h"
#include "tests/support/temporary_folder.h"
#include "tools/cli/command_line.h"

namespace crbrt::bench {
namespace {

struct Options {
  std::string json, goals, write_models;
  std::vector<std::string> networks = built_in_networks(), models, integers, isas, peers = peer_names();
  Plan plan{{1, 8, 64, 1024, 4096, 65536}, 7, 0.01, false};
  bool instructions = false;
};

/// Rate of the time stamp counter over this object's life.
class TimeStampClock {
 public:
  double hz() const {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return static_cast<double>(ticks() - start_ticks_) / seconds;
  }

 private:
  static std::uint64_t ticks() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
  }
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t start_ticks_ = ticks();
};

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

void check_isas(Options& options) {
  if (options.isas.empty()) options.isas.emplace_back(name(is_runnable(Isa::avx2) ? Isa::avx2 : best_isa()));
  for (const std::string& text : options.isas) {
    Isa isa = Isa::automatic;
    if (!isa_from_name(text.c_str(), isa) || !is_runnable(isa))
      throw base::UsageError("--isa: expected one that this program and CPU have, found " + text);
  }
}

bool parse(Options& options, int argc, char** argv) {
  cli::CommandLine app("Times the runtime and other inference engines on the same networks, weights and voxels, in turns.",
                       "crbrt-bench",
                       {{{"The runtime beside every engine that is installed", "crbrt-bench --networks w32,w64"},
                         {"One model file, on two instruction sets",
                          "crbrt-bench --networks none --model brain_v1.crbm --isa scalar,avx2 --json speed.json"}}});
  app.option("--json FILE", options.json, "Also write everything as JSON");
  app.option("--goals FILE", options.goals, "JSON of speeds to reach (bench/README.md); without it nothing is judged");
  std::vector<std::string> built_in = built_in_networks();
  built_in.emplace_back("none");
  app.option("--networks NAMES", options.networks, "w32, w64, w128, paper, or none; default: all")
      .separated_by(',')
      .one_of(built_in);
  app.option("--model FILE", options.models,
             "Also a model file (.crbm), under its own name, with its integer form if it has one")
      .separated_by(',');
  app.option("--integer,--fixed NETWORK=FILE", options.integers,
             "NETWORK=M.crbm: the integer form that M has of the network; may be repeated");
  app.option("--write-models FOLDER", options.write_models,
             "Write the built-in networks to DIR/<name>.crbm and measure nothing");
  app.option("--isa ISAS", options.isas, "Instruction sets of the runtime; peers keep to the first; default: avx2")
      .separated_by(',');
  app.option("--batches VOXELS", options.plan.batches, "Voxels per call; default: 1,8,64,1024,4096,65536")
      .separated_by(',')
      .in_range(1, 1 << 20);
  std::string names = "none";
  for (const std::string& name : peer_names()) names += ", " + name;
  app.option("--peers NAMES", options.peers, "Of " + names + "; default: all that are installed").separated_by(',');
  app.option("--repeats N", options.plan.repeats, "Turns, of which the median counts; default: 7").in_range(1, 1000);
  app.option("--seconds SECONDS", options.plan.seconds_per_visit, "An engine runs at least so long a turn; default: 0.01")
      .in_range(0.0, 10.0);
  app.flag("--long-calls", options.plan.long_calls, "Also calls of more than 20 G multiply-adds (paper, 65536 voxels)");
  app.flag("--instructions", options.instructions, "Count instructions with callgrind instead of timing");
  if (!app.parse(argc, argv)) return false;
  for (std::vector<std::string>* list : {&options.peers, &options.networks})
    if (*list == std::vector<std::string>{"none"}) list->clear();
  check_isas(options);
  return true;
}

void add_integer(const std::string& text, std::vector<NetworkSource>& sources) {
  const std::size_t equals = text.find('=');
  const std::string network = text.substr(0, equals);
  for (NetworkSource& source : sources)
    if (source.name == network && equals != std::string::npos) {
      source.integers.emplace_back(text.substr(equals + 1));
      return;
    }
  throw base::UsageError("--integer: expected NETWORK=M.crbm of a network that is measured, found " + text);
}

std::vector<NetworkSource> sources_of(const Options& options) {
  std::vector<NetworkSource> sources;
  for (const std::string& name : options.networks) sources.push_back({name, {}, {}});
  for (const std::string& model : options.models) {
    sources.push_back({std::filesystem::path(model).stem().string(), model, {}});
    if (precision_of(model) != "f32") sources.back().integers.emplace_back(model);
  }
  for (const std::string& text : options.integers) add_integer(text, sources);
  return sources;
}

std::vector<EngineKind> kinds_for(const NetworkSource& source, const Options& options) {
  std::vector<std::string> precisions = {"f32"};
  for (const std::filesystem::path& integers : source.integers) precisions.push_back(precision_of(integers));
  return engine_kinds(precisions, options.isas, options.peers);
}

void measure(const NetworkSource& source, const Options& options, Report& report) {
  // Integer peers calibrate on the first 1024 voxels; what they find must not depend on the batches asked for.
  const std::size_t largest = *std::max_element(options.plan.batches.begin(), options.plan.batches.end());
  const std::size_t n_voxel = std::max<std::size_t>(largest, 1024);
  const tests::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary / "";
  const Task task = make_task(source, n_voxel, folder);
  const std::vector<EngineKind> kinds = kinds_for(source, options);
  if (!options.instructions) return measure_network(folder, task, kinds, options.plan, report.measured);
  const auto counts = count_instructions(folder, task, kinds, options.plan.batches, report.measured.skipped);
  report.instructions.insert(report.instructions.end(), counts.begin(), counts.end());
}

void write_models(const Options& options) {
  std::filesystem::create_directories(options.write_models);
  for (const std::string& name : options.networks)
    write_built_in(name, std::filesystem::path(options.write_models) / (name + ".crbm"));
}

int run(int argc, char** argv) {
  const TimeStampClock clock;
  std::signal(SIGPIPE, SIG_IGN);  // an engine that has died is an error to report
  Options options;
  if (!parse(options, argc, argv)) return base::exit_ok;
  if (!options.write_models.empty()) {
    write_models(options);
    return base::exit_ok;
  }
  Report report;
  if (!options.goals.empty()) report.goals = read_speed_goals(options.goals);
  report.isa = options.isas.front();
  report.has_more = report.isa != name(best_isa());
  report.machine = processor_name();
  for (const EngineKind& kind : engine_kinds({"f32"}, options.isas, options.peers))
    if (kind.command.empty()) report.measured.skipped.push_back({"", kind.name, kind.precision, "not installed"});
  for (const NetworkSource& source : sources_of(options)) measure(source, options, report);
  report.time_stamp_hz = clock.hz();
  std::fputs(markdown_text(report).c_str(), stdout);
  if (!options.json.empty()) base::write_text_file(options.json, json_text(report));
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::bench

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-bench", crbrt::bench::run, argc, argv); }
