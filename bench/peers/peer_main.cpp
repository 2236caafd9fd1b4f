// SPDX-License-Identifier: Apache-2.0
// ENGINE FOLDER PRECISION ISA: answers one line for each line on standard input, until it ends.
//   (at start)     -> {"version": ..., "isa": ..., "note": ...}
//   prepare BATCH  -> ok
//   run SECONDS    -> SECONDS_PER_RUN          runs for so long, at least once; the fastest half millisecond counts, because
//                                              others on the machine only ever add to it
//   outputs FILE   -> ok                       the estimates of the last run, little-endian floats
#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/json.h"
#include "bench/peers/peer.h"

/// Under this name callgrind counts instructions (scripts/bench.sh --instructions), so it must be a function of its own.
extern "C" [[gnu::noinline]] void crbrt_bench_run(crbrt::bench::Peer& peer);
extern "C" void crbrt_bench_run(crbrt::bench::Peer& peer) { peer.run(); }

namespace crbrt::bench {
namespace {

class Conversation {
 public:
  explicit Conversation(const PeerSetting& setting) : task_(read_task(setting.folder)), peer_(make_peer(task_, setting)) {}

  void hold() {
    const PeerLabel label = peer_->label();
    std::cout << base::Json{{"version", label.version}, {"isa", label.isa}, {"note", label.note}} << std::endl;
    for (std::string line; std::getline(std::cin, line);) answer(line);
  }

 private:
  void answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb, argument;
    words >> verb >> argument;
    if (verb == "prepare") {
      prepare(std::stoul(argument));
    } else if (verb == "run") {
      run(std::stod(argument));
    } else if (verb == "outputs") {
      write_outputs(argument);
    } else {
      throw base::UsageError("standard input: expected prepare, run or outputs, found " + line);
    }
  }

  void prepare(std::size_t batch) {
    if (batch == 0 || batch > task_.n_voxel)
      throw base::UsageError("prepare: expected 1 to " + std::to_string(task_.n_voxel) + ", found " + std::to_string(batch));
    batch_ = batch;
    peer_->prepare(batch);
    std::cout << "ok" << std::endl;
  }

  void run(double at_least_s) {
    const auto start = Clock::now();
    double fastest_s = std::numeric_limits<double>::infinity();
    do {
      fastest_s = std::min(fastest_s, seconds_per_run());
    } while (seconds_since(start) < at_least_s);
    std::cout << base::Json(fastest_s) << std::endl;
  }

  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

  /// Mean over half a millisecond, or one run where that takes longer. A run that outlasts a scheduler's slice cannot escape
  /// the others on the machine: its processor time counts, which on an idle core is the same.
  double seconds_per_run() {
    constexpr double part_s = 5e-4, slice_s = 2e-3;
    const auto start = Clock::now();
    const std::clock_t start_processor = std::clock();
    double taken_s = 0, runs = 0;
    do {
      crbrt_bench_run(*peer_);
      runs += 1;
      taken_s = seconds_since(start);
    } while (taken_s < part_s);
    if (taken_s > slice_s) taken_s = static_cast<double>(std::clock() - start_processor) / CLOCKS_PER_SEC;
    return taken_s / runs;
  }

  void write_outputs(const std::string& path) {
    const std::size_t n_output = task_.network.outputs.size();
    std::vector<float> estimates(peer_->outputs(), peer_->outputs() + batch_ * n_output);
    if (!peer_->gives_estimates())
      for (std::size_t i = 0; i < estimates.size(); ++i)
        estimates[i] = task_.network.outputs[i % n_output].offset + task_.network.outputs[i % n_output].scale * estimates[i];
    write_numbers(path, estimates);
    std::cout << "ok" << std::endl;
  }

  const Task task_;
  const std::unique_ptr<Peer> peer_;
  std::size_t batch_ = 0;
};

int converse(int argc, char** argv) {
  if (argc != 4) throw base::UsageError("expected FOLDER PRECISION ISA, found " + std::to_string(argc - 1) + " arguments");
  Conversation({argv[1], argv[2], argv[3]}).hold();
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::bench

int main(int argc, char** argv) { return crbrt::base::run_main(argv[0], crbrt::bench::converse, argc, argv); }
