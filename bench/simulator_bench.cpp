// SPDX-License-Identifier: Apache-2.0
// Milliseconds per fingerprint of 1142 pulses on one core: signals alone, and coefficients with all derivatives. Tables of
// R2sl are made beforehand, as in a training set; signals are written to hot memory. Targets: 0.9 ms and 3.5 ms, batch >= 8.
#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "physics/counter_random.h"
#include "physics/io/sequence_io.h"
#include "physics/simulator.h"

namespace {

using namespace crbrt::physics;

constexpr Eigen::Index n_coeff = 13;

/// Stands in for the protocol of models/ where that is absent: as many pulses, all of them different, none silent.
Sequence synthetic_train() {
  Cycle cycle;
  for (int k = 0; k < 1142; ++k) {
    cycle.alpha_rad.push_back(k == 0 ? std::numbers::pi : 0.05 + 1.1 * (1 - std::cos(0.021 * k)) / 2);
    cycle.trf_s.push_back(k == 0 ? 5e-4 : 1e-4 + 4e-4 * (1 - std::cos(0.013 * k)) / 2);
  }
  return {"synthetic", 3.5e-3, {cycle}};
}

Sequence train() {
  const std::string own = CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json";
  return std::filesystem::exists(own) ? read_sequence(own) : synthetic_train();
}

std::vector<Tissue> tissues(std::size_t n) {
  std::vector<Tissue> all;
  for (std::size_t i = 0; i < n; ++i) {
    CounterRandom random(1, Stream::tissue, i);
    const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
    const double r1_hz = between(0.3, 1.5);
    all.push_back({between(0.01, 0.3), r1_hz, between(5, 30), between(5, 60), r1_hz, between(6e-6, 14e-6), between(-800, 800),
                   between(0.7, 1.3)});
  }
  return all;
}

struct Setup {
  const Sequence sequence = train();
  const Simulator simulator{sequence, TissueDomain{}};
  // Orthogonality does not change the time of a projection.
  const Basis basis = Eigen::MatrixXd::Random(static_cast<Eigen::Index>(sequence.n_frame()), n_coeff);

  static const Setup& once() {
    static const Setup setup;
    return setup;
  }
};

/// Runs `simulate` on a batch and reports the user's unit: CPU time per fingerprint.
template <class Simulate>
void measure(benchmark::State& state, const Simulate& simulate) {
  const Setup& setup = Setup::once();
  const std::vector<Tissue> batch = tissues(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) simulate(setup, batch);
  const auto n_fingerprint = static_cast<double>(state.iterations() * state.range(0));
  state.counters["per_fingerprint"] =
      benchmark::Counter(n_fingerprint, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetLabel(setup.sequence.name);
}

void signals(benchmark::State& state) {
  Signals s;
  measure(state, [&](const Setup& setup, const std::vector<Tissue>& batch) { setup.simulator.simulate(batch, s); });
}

void coefficients(benchmark::State& state) {
  Signals c;
  measure(state, [&](const Setup& setup, const std::vector<Tissue>& batch) {
    setup.simulator.simulate_projected(batch, setup.basis, c);
  });
}

void coefficients_and_derivatives(benchmark::State& state) {
  Signals c, jacobian;
  measure(state, [&](const Setup& setup, const std::vector<Tissue>& batch) {
    setup.simulator.simulate_projected(batch, setup.basis, c, jacobian);
  });
}

void in_single_precision(benchmark::State& state) {
  Signals c, jacobian;
  measure(state, [&](const Setup& setup, const std::vector<Tissue>& batch) {
    setup.simulator.simulate_projected(batch, setup.basis, c, jacobian, Precision::single);
  });
}

BENCHMARK(signals)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(coefficients)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(coefficients_and_derivatives)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(in_single_precision)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
