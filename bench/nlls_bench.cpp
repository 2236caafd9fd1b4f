// SPDX-License-Identifier: Apache-2.0
// Voxels per second of the gold-standard fit on one core: our own protocol (1142 pulses), rank 13, SNR 50, tissues of
// models/priors/paper.json. Tables, starting points and basis are made beforehand. One voxel alone leaves SIMD lanes idle;
// eight and more run in lock-step.
#include <benchmark/benchmark.h>

#include "physics/basis_builder.h"
#include "physics/counter_random.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "physics/nlls/fitter.h"

namespace {

using namespace crbrt::physics;

constexpr Eigen::Index rank = 13;
constexpr double snr = 50;

struct Bench {
  Sequence sequence = read_sequence(CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json");
  Prior prior = paper_fit_prior(sequence.tr_s);
  Simulator simulator{sequence, prior.domain()};
  Eigen::MatrixXd basis = make_basis();
  Fitter fitter{sequence, basis, prior, FitSettings{}};

  Eigen::MatrixXd make_basis() const {
    std::vector<Tissue> tissues;
    for (std::uint64_t i = 0; i < 256; ++i) tissues.push_back(prior.draw(1, Stream::basis, i));
    Signals signals;
    simulator.simulate(tissues, signals);
    BasisBuilder builder(signals.rows());
    builder.add(signals);
    return builder.basis(rank);
  }

  Eigen::MatrixXcd voxels(std::size_t count) const {
    std::vector<Tissue> tissues;
    for (std::uint64_t i = 0; i < count; ++i) tissues.push_back(prior.draw(2, i));
    Signals data;
    simulator.simulate_projected(tissues, basis, data);
    for (Eigen::Index v = 0; v < data.cols(); ++v) {
      CounterRandom random(3, Stream::evaluation_noise, static_cast<std::uint64_t>(v));
      for (Eigen::Index k = 0; k < rank; ++k) {
        const double re = random.normal();
        data(k, v) += std::complex<double>(re, random.normal()) / snr;
      }
    }
    return data;
  }

  static const Bench& get() {
    static const Bench bench;
    return bench;
  }
};

void fit(benchmark::State& state) {
  const Bench& bench = Bench::get();
  const auto n = static_cast<std::size_t>(state.range(0));
  const Eigen::MatrixXcd data = bench.voxels(n);
  std::size_t n_simulated = 0, n_fit = 0;
  for (auto _ : state)
    for (const VoxelFit& voxel : bench.fitter.fit(data)) {
      n_simulated += voxel.n_simulated;
      ++n_fit;
    }
  state.SetItemsProcessed(static_cast<std::int64_t>(n_fit));
  state.counters["simulations_per_voxel"] = static_cast<double>(n_simulated) / static_cast<double>(n_fit);
}
BENCHMARK(fit)->Arg(1)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
