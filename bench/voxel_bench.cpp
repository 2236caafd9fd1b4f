// Whole voxels through a session: 26-64x4-32-3, weights warm, coefficients and estimates streamed (4096 voxels), one thread.
// Reports voxels per second, multiply-adds per second ("MAC") and the share of the peak measured right before ("of_peak").
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/fma_peak.h"
#include "crbrt/session.h"
#include "tests/support/synthetic_program.h"

namespace crbrt::bench {
namespace {

constexpr std::size_t n_voxel = 4096;

/// A bound session and its data.
struct VoxelFixture {
  explicit VoxelFixture(Isa isa) : network(13), coefficients(tests::random_coefficients(n_voxel, 13)) {
    build_lean_network(network);
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

const bool registered = [] {
  for (std::size_t i = 0; i < isa_count(); ++i) {
    const Isa isa = isa_at(i);
    if (!is_runnable(isa)) continue;
    benchmark::RegisterBenchmark((std::string("voxel_planar/") + name(isa)).c_str(), voxel, isa, Layout::planar);
    benchmark::RegisterBenchmark((std::string("voxel_interleaved/") + name(isa)).c_str(), voxel, isa, Layout::interleaved);
  }
  return true;
}();

}  // namespace
}  // namespace crbrt::bench
