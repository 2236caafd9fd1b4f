// Every kernel on every instruction set, one tile of voxels, everything in the first cache. Reports voxels per second; dense
// layers also multiply-adds per second ("MAC") and the share of the peak measured right before ("of_peak").
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/fma_peak.h"
#include "runtime/src/kernel_table.h"

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

void dense(benchmark::State& state, Isa isa, std::size_t n_in, std::size_t n_out) {
  const double peak = fma_peak_per_second(isa);
  const Tile in(n_in), out(n_out);
  const std::vector<float> weights(layout::packed_size(n_in, n_out), 0.01f), bias(layout::padded_outputs(n_out), 0.1f);
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.dense({in.data, out.data, nullptr, weights.data(), bias.data(), n_in, n_out, true});
    benchmark::ClobberMemory();
  }
  count_voxels(state);
  const double macs = static_cast<double>(state.iterations() * layout::tile_voxels * n_in * n_out);
  state.counters["MAC"] = benchmark::Counter(macs, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(macs / peak, benchmark::Counter::kIsRate);
}

void preprocess(benchmark::State& state, Isa isa) {
  const Tile features(2 * n_coeff);
  const std::vector<float> rows(layout::tile_voxels * 2 * n_coeff, 0.3f), mean(2 * n_coeff, 0.1f),
      inverse_std(2 * n_coeff, 2.0f);
  const PreprocessArgs args{{rows.data(), layout::tile_voxels, 2 * n_coeff, 1, n_coeff},
                            n_coeff,
                            {0, 1, mean.data(), inverse_std.data()},
                            features.data,
                            nullptr};
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) benchmark::DoNotOptimize(kernels.preprocess(args));
  count_voxels(state);
}

void group_norm(benchmark::State& state, Isa isa) {
  const Tile in(64), out(64);
  const std::vector<float> gamma(64, 1.1f), beta(64, 0.1f);
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.group_norm({in.data, out.data, gamma.data(), beta.data(), 64, 8, 1e-5f, true});
    benchmark::ClobberMemory();
  }
  count_voxels(state);
}

void affine(benchmark::State& state, Isa isa) {
  const Tile in(64), out(64);
  const std::vector<float> scale(64, 1.1f), shift(64, 0.1f);
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.affine({in.data, out.data, scale.data(), shift.data(), 64, true});
    benchmark::ClobberMemory();
  }
  count_voxels(state);
}

void relu(benchmark::State& state, Isa isa) {
  const Tile in(64), out(64);
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.relu({in.data, out.data, 64});
    benchmark::ClobberMemory();
  }
  count_voxels(state);
}

void estimate(benchmark::State& state, Isa isa) {
  const Tile in(3);
  std::vector<float> rows(3 * layout::tile_voxels);
  const std::vector<Output> outputs(3, Output{"x", "1", 0, 1, 0, 1});
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state)
    benchmark::DoNotOptimize(kernels.estimate({in.data, outputs.data(), 3, 0, rows.data(), layout::tile_voxels, 3}));
  count_voxels(state);
}

void uncertainty(benchmark::State& state, Isa isa) {
  const Tile features(9);
  std::vector<float> rows(3 * layout::tile_voxels);
  const std::vector<Output> outputs(3, Output{"x", "1", 0, 1, 0, 1});
  NormTile norm;
  for (std::size_t v = 0; v < layout::tile_voxels; ++v) norm.size[v] = 1.5f, norm.scale[v] = 1;
  const UncertaintyArgs args{features.data, outputs.data(),      3, {-3, -1, 1}, 0.1f, &norm, 0,
                             rows.data(),   layout::tile_voxels, 3};
  const KernelTable& kernels = *kernel_table(isa);
  for (auto _ : state) {
    kernels.uncertainty(args);
    benchmark::ClobberMemory();
  }
  count_voxels(state);
}

void register_kernels(Isa isa) {
  const auto title = [isa](const char* kernel) { return std::string(kernel) + '/' + name(isa); };
  for (const auto& [n_in, n_out] : {std::pair{26u, 64u}, {64u, 64u}, {64u, 32u}, {32u, 3u}, {256u, 256u}}) {
    const std::string layer = "dense_" + std::to_string(n_in) + "_" + std::to_string(n_out);
    benchmark::RegisterBenchmark(title(layer.c_str()).c_str(), dense, isa, n_in, n_out);
  }
  benchmark::RegisterBenchmark(title("preprocess_13").c_str(), preprocess, isa);
  benchmark::RegisterBenchmark(title("group_norm_64").c_str(), group_norm, isa);
  benchmark::RegisterBenchmark(title("affine_64").c_str(), affine, isa);
  benchmark::RegisterBenchmark(title("relu_64").c_str(), relu, isa);
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
