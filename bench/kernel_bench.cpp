// SPDX-License-Identifier: Apache-2.0
// Every kernel on every instruction set, one tile of voxels, everything in the first cache: one loop over the operations of
// ops.inc, and what every program begins and ends with. Reports voxels per second; dense layers also multiply-adds per second
// ("MAC") and the share of the peak measured right before ("of_peak").
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/peak.h"
#include "runtime/src/run_ops.h"
#include "tests/support/sample_op.h"

namespace crbrt::bench {
namespace {

constexpr std::size_t n_coeff = 13;

/// Aligned like the arena.
struct Tile {
  explicit Tile(std::size_t n_feature) : storage(n_feature * layout::tile_voxels + 16, 0.5f) {
    void* at = storage.data();
    std::size_t space = storage.size() * sizeof(float);
    data = static_cast<float*>(std::align(layout::arena_alignment, 64, at, space));
  }
  std::vector<float> storage;
  float* data;
};

void count_voxels(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(layout::tile_voxels));
}

double peak_per_second(OpKind kind, Isa isa) {
  if (kind == OpKind::dense) return fma_peak_per_second(isa);
  return kind == OpKind::dense_u8 ? i8_peak_per_second(isa) : i16_peak_per_second(isa);
}

void op(benchmark::State& state, Isa isa, const tests::SampleShape& shape) {
  const double peak = is_dense(shape.kind) ? peak_per_second(shape.kind, isa) : 0;
  tests::SampleOp sample(shape, 1);
  const OpCall call = sample.call();
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    apply_op(kernels, call);
    benchmark::ClobberMemory();
  }
  count_voxels(state);
  if (!is_dense(shape.kind)) return;
  const double macs = static_cast<double>(state.iterations() * layout::tile_voxels * shape.n_in * shape.n_out);
  state.counters["MAC"] = benchmark::Counter(macs, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(macs / peak, benchmark::Counter::kIsRate);
}

void preprocess(benchmark::State& state, Isa isa) {
  const Tile features(2 * n_coeff);
  const std::vector<float> rows(layout::tile_voxels * 2 * n_coeff, 0.3f), mean(2 * n_coeff, 0.1f),
      inverse_std(2 * n_coeff, 2.0f);
  const PreprocessArgs args{Coefficients::rows(rows.data(), layout::tile_voxels, n_coeff),
                            {0, -1, 1, mean.data(), inverse_std.data()},
                            features.data,
                            nullptr};
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) benchmark::DoNotOptimize(kernels.preprocess(args));
  count_voxels(state);
}

void estimate(benchmark::State& state, Isa isa) {
  const Tile in(3);
  std::vector<float> rows(3 * layout::tile_voxels);
  const std::vector<Output> outputs(3, Output{"x", "1", 0, 1, 0, 1});
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state)
    benchmark::DoNotOptimize(kernels.estimate({in.data, outputs.data(), 0, {rows.data(), layout::tile_voxels, 3}}));
  count_voxels(state);
}

void uncertainty(benchmark::State& state, Isa isa) {
  const Tile features(9);
  std::vector<float> rows(3 * layout::tile_voxels);
  const std::vector<Output> outputs(3, Output{"x", "1", 0, 1, 0, 1});
  NormTile norm;
  for (std::size_t v = 0; v < layout::tile_voxels; ++v) norm.size[v] = 1.5f, norm.scale[v] = 1;
  const UncertaintyArgs args{features.data, outputs.data(), {-3, -1, 1}, 0.1f, &norm, 0, {rows.data(), layout::tile_voxels, 3}};
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.uncertainty(args);
    benchmark::ClobberMemory();
  }
  count_voxels(state);
}

/// Number of what it writes: s16 between layers.
Number usual_number(OpKind kind) { return may_write(kind, Number::s16) ? Number::s16 : Number::f32; }

void register_op(Isa isa, OpKind kind) {
  const auto add = [&](const std::string& size, std::size_t n_in, std::size_t n_out) {
    const tests::SampleShape shape{kind, n_in, n_out, usual_number(kind), 8};
    benchmark::RegisterBenchmark((std::string(op_name(kind)) + size + '/' + name(isa)).c_str(), op, isa, shape);
  };
  if (!is_dense(kind)) return add("_64", 64, 64);
  for (const auto& [n_in, n_out] : {std::pair{26u, 64u}, {64u, 64u}, {64u, 32u}, {32u, 3u}, {256u, 256u}})
    add('_' + std::to_string(n_in) + '_' + std::to_string(n_out), n_in, n_out);
}

void register_kernels(Isa isa) {
  const auto title = [isa](const char* kernel) { return std::string(kernel) + '/' + name(isa); };
  for (std::size_t i = 0; i < n_op_kind; ++i) register_op(isa, static_cast<OpKind>(i));
  benchmark::RegisterBenchmark(title("preprocess_13").c_str(), preprocess, isa);
  benchmark::RegisterBenchmark(title("estimate_3").c_str(), estimate, isa);
  benchmark::RegisterBenchmark(title("uncertainty_3").c_str(), uncertainty, isa);
}

const bool registered = [] {
  for (std::size_t i = 0; i < isa_count(); ++i)
    if (is_runnable(isa_at(i))) register_kernels(isa_at(i));
  return true;
}();

}  // namespace
}  // namespace crbrt::bench
