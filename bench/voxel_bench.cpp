// SPDX-License-Identifier: Apache-2.0
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

enum class Layout { rows, interleaved_rows, planes, interleaved_planes };

Coefficients coefficients_of(const VoxelFixture& f, Layout layout) {
  switch (layout) {
    case Layout::rows: return Coefficients::rows(f.coefficients.data(), n_voxel, 13);
    case Layout::interleaved_rows: return Coefficients::interleaved_rows(f.coefficients.data(), n_voxel, 13);
    case Layout::planes: return Coefficients::planes(f.coefficients.data(), n_voxel, 13);
    case Layout::interleaved_planes: break;
  }
  return Coefficients::interleaved_planes(f.coefficients.data(), n_voxel, 13);
}

View2<float> estimates_of(VoxelFixture& f, Layout layout) {
  const bool rows = layout == Layout::rows || layout == Layout::interleaved_rows;
  return rows ? View2<float>(f.estimates.data(), n_voxel, 3) : View2<float>::planes(f.estimates.data(), n_voxel, 3);
}

void voxel(benchmark::State& state, Isa isa, Layout layout) {
  VoxelFixture f(isa);
  if (f.bound != Status::ok) return state.SkipWithError(message(f.bound));
  const double peak = fma_peak_per_second(isa);
  const Coefficients in = coefficients_of(f, layout);
  const Results out{.estimates = estimates_of(f, layout), .status = {f.status.data(), n_voxel}};
  for (auto _ : state) {
    Status s = f.session.run(in, out);
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
  const auto results = [](VoxelFixture& f) {
    return Results{.estimates = {f.estimates.data(), n_voxel, 3}, .status = {f.status.data(), n_voxel}, .sigma = 0.1f};
  };
  Results details = results(with);
  details.standard_deviations = {std.data(), n_voxel, 3};
  details.atypicality = {score.data(), n_voxel};
  const auto run = [](VoxelFixture& f, const Results& asked) {
    Status s = f.session.run(Coefficients::rows(f.coefficients.data(), n_voxel, 13), asked);
    benchmark::DoNotOptimize(s);
  };
  double base = 0, total = 0;
  for (auto _ : state) {
    base += cpu_seconds([&] { run(without, results(without)); });
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
    for (const auto& [layout, text] :
         {std::pair{Layout::rows, "rows"}, std::pair{Layout::interleaved_rows, "interleaved_rows"},
          std::pair{Layout::planes, "planes"}, std::pair{Layout::interleaved_planes, "interleaved_planes"}})
      benchmark::RegisterBenchmark((std::string("voxel_") + text + "/" + name(isa)).c_str(), voxel, isa, layout);
    benchmark::RegisterBenchmark((std::string("voxel_details/") + name(isa)).c_str(), voxel_details, isa)->UseManualTime();
  }
  return true;
}();

}  // namespace
}  // namespace crbrt::bench
