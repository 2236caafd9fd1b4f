// Whole voxels through a session: 26-64x4-32-3, weights warm, coefficients and estimates streamed (4096 voxels), one thread.
// Reports voxels per second, multiply-adds per second ("MAC") and the share of the peak measured right before ("of_peak").
// voxel_details: a model with standard deviations and a score for the same three outputs. It measures, in turns, that model
// asked for all of it and a model without, and reports the extra time as "extra" (0.05: five per cent), features of the last
// layer included.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "bench/peak.h"
#include "crbrt/session.h"
#include "tests/support/synthetic_program.h"

namespace crbrt::bench {
namespace {

constexpr std::size_t n_voxel = 4096;

/// A bound session and its data.
struct VoxelFixture {
  explicit VoxelFixture(Isa isa, void (&build)(tests::SyntheticProgram&) = tests::build_lean_network)
      : network(13), coefficients(tests::random_coefficients(n_voxel, 13)) {
    build(network);
    const std::size_t bytes = Session::arena_bytes(network.program());
    arena.reset(std::aligned_alloc(layout::arena_alignment, bytes));
    bound = session.bind(network.program(), arena.get(), bytes, isa);
  }

  tests::SyntheticProgram network;
  std::vector<float> coefficients;
  std::vector<float> estimates = std::vector<float>(n_voxel * 3);
  std::vector<VoxelStatus> status = std::vector<VoxelStatus>(n_voxel);
  std::unique_ptr<void, decltype(&std::free)> arena{nullptr, &std::free};
  Session session;
  Status bound = Status::not_bound;
};

enum class Layout { planar, interleaved };

void voxel(benchmark::State& state, Isa isa, Layout layout) {
  VoxelFixture f(isa);
  if (f.bound != Status::ok) return state.SkipWithError(message(f.bound));
  const double peak = fma_peak_per_second(isa);
  const View2<const float> in(f.coefficients.data(), n_voxel, 26);
  const View2<float> out(f.estimates.data(), n_voxel, 3);
  const View1<VoxelStatus> status{f.status.data(), n_voxel};
  for (auto _ : state) {
    const Status s = layout == Layout::planar ? f.session.run(in, out, status) : f.session.run_interleaved(in, out, status);
    benchmark::DoNotOptimize(s);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_voxel));
  const double macs = static_cast<double>(state.iterations() * n_voxel * f.network.program().macs_per_voxel);
  state.counters["MAC"] = benchmark::Counter(macs, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(macs / peak, benchmark::Counter::kIsRate);
}

/// Of this process, so that others on the machine do not count.
double cpu_seconds(const auto& run) {
  const std::clock_t start = std::clock();
  run();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void voxel_details(benchmark::State& state, Isa isa) {
  VoxelFixture without(isa), with(isa, tests::build_uncertain_lean_network);
  if (with.bound != Status::ok) return state.SkipWithError(message(with.bound));
  std::vector<float> std(n_voxel * 3), score(n_voxel);
  const Details details{0.1f, {std.data(), n_voxel, 3}, {score.data(), n_voxel}};
  const auto run = [](VoxelFixture& f, const Details& asked) {
    const Status s = f.session.run({f.coefficients.data(), n_voxel, 26}, {f.estimates.data(), n_voxel, 3},
                                   {f.status.data(), n_voxel}, asked);
    benchmark::DoNotOptimize(s);
  };
  double base = 0, total = 0;
  for (auto _ : state) {
    base += cpu_seconds([&] { run(without, {}); });
    const double asked = cpu_seconds([&] { run(with, details); });
    total += asked;
    state.SetIterationTime(asked);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_voxel));
  state.counters["extra"] = total / base - 1;
}

const bool registered = [] {
  for (std::size_t i = 0; i < isa_count(); ++i) {
    const Isa isa = isa_at(i);
    if (!is_runnable(isa)) continue;
    benchmark::RegisterBenchmark((std::string("voxel_planar/") + name(isa)).c_str(), voxel, isa, Layout::planar);
    benchmark::RegisterBenchmark((std::string("voxel_interleaved/") + name(isa)).c_str(), voxel, isa, Layout::interleaved);
    benchmark::RegisterBenchmark((std::string("voxel_details/") + name(isa)).c_str(), voxel_details, isa)->UseManualTime();
  }
  return true;
}();

}  // namespace
}  // namespace crbrt::bench
