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

class SimulatorBench : public benchmark::Fixture {
 public:
  const Sequence sequence = train();
  const Simulator simulator{sequence, TissueDomain{}};
  // Orthogonality does not change the time of a projection.
  const Eigen::MatrixXd basis = Eigen::MatrixXd::Random(static_cast<Eigen::Index>(sequence.n_frame()), n_coeff);

  /// Reports the user's unit: CPU time per fingerprint.
  static void report(benchmark::State& state) {
    using benchmark::Counter;
    const auto n = static_cast<double>(state.iterations() * state.range(0));
    state.counters["per_fingerprint"] = Counter(n, Counter::kIsRate | Counter::kInvert);
    state.SetLabel(train().name);
  }
};

BENCHMARK_DEFINE_F(SimulatorBench, signals)(benchmark::State& state) {
  const std::vector<Tissue> batch = tissues(static_cast<std::size_t>(state.range(0)));
  Signals signals;
  for (auto _ : state) simulator.simulate(batch, signals);
  report(state);
}

BENCHMARK_DEFINE_F(SimulatorBench, coefficients)(benchmark::State& state) {
  const std::vector<Tissue> batch = tissues(static_cast<std::size_t>(state.range(0)));
  Signals coefficients;
  for (auto _ : state) simulator.simulate_projected(batch, basis, coefficients);
  report(state);
}

BENCHMARK_DEFINE_F(SimulatorBench, coefficients_and_derivatives)(benchmark::State& state) {
  const std::vector<Tissue> batch = tissues(static_cast<std::size_t>(state.range(0)));
  Signals coefficients, jacobian;
  for (auto _ : state) simulator.simulate_projected(batch, basis, coefficients, jacobian);
  report(state);
}

BENCHMARK_REGISTER_F(SimulatorBench, signals)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_REGISTER_F(SimulatorBench, coefficients)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_REGISTER_F(SimulatorBench, coefficients_and_derivatives)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
