// SPDX-License-Identifier: Apache-2.0
/// A made-up signal whose derivatives are known, the sets that forward models learn it from, and a training of one.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include "physics/basis.h"
#include "physics/counter_random.h"
#include "tests/support/temporary_folder.h"
#include "tests/trainer/training_fixture.h"
#include "trainer/forward/forward_train.h"
#include "trainer/forward/phase_basis.h"

namespace crbrt::trainer {

inline constexpr Eigen::Index n_coeff = 5;
inline constexpr double tr_s = 3.5e-3;

/// Coefficient k is a smooth function of pool size, R1 and R2 times exp(i (k + 1/2) phi) and one more harmonic: antiperiodic,
/// and conjugate at -phi.
inline std::complex<double> coefficient(const physics::Tissue& t, Eigen::Index k) {
  const double x = static_cast<double>(k), phi = t.omega0_rad_s * tr_s;
  const double a = std::exp(-0.3 * (x + 1) * t.r1_free_hz) + 0.4 * t.m0_semi_frac * x,
               b = 1 / (1 + 0.1 * t.r2_free_hz * (1 + 0.3 * x));
  return a * std::polar(1.0, (x + 0.5) * phi) + b * std::polar(1.0, -0.5 * phi) +
         0.2 * t.m0_semi_frac * std::polar(1.0, 1.5 * phi);
}

inline physics::Dataset made_up_set(std::size_t n, std::uint64_t seed) {
  using physics::Parameter;
  physics::Dataset set;
  set.unknowns =
      physics::Unknowns(physics::T1Model::apparent, {Parameter::exchange_hz, Parameter::t2_semi_s, Parameter::b1_rel});
  const std::vector<Parameter> unknowns = set.unknowns.parameters();
  const auto columns = static_cast<Eigen::Index>(n), n_unknown = static_cast<Eigen::Index>(unknowns.size());
  set.coefficients.resize(n_coeff, columns);
  set.jacobian.emplace(n_coeff * n_unknown, columns);
  set.crb.resize(n_unknown, columns);
  for (Eigen::Index i = 0; i < columns; ++i) {
    physics::CounterRandom random(seed, physics::Stream::tissue, static_cast<std::uint64_t>(i));
    physics::Tissue tissue{0.05 + 0.2 * random.uniform(), 0.4 + random.uniform(), 8 + 10 * random.uniform(), 20, 0, 1e-5, 0, 1};
    tissue.omega0_rad_s = (2 * random.uniform() - 1) * std::numbers::pi / tr_s;
    tissue.r1_semi_hz = tissue.r1_free_hz;
    Eigen::MatrixXcd derivatives(n_coeff, n_unknown);
    for (Eigen::Index k = 0; k < n_coeff; ++k) {
      set.coefficients(k, i) = coefficient(tissue, k);
      for (Eigen::Index p = 0; p < n_unknown; ++p) {
        auto values = tissue.values();
        double& value = values[static_cast<std::size_t>(unknowns[static_cast<std::size_t>(p)])];
        const double step = 1e-6 * std::max(1.0, std::abs(value)), middle = value;
        value = middle + step;
        const auto above = coefficient(physics::Tissue::from_values(values), k);
        value = middle - step;
        derivatives(k, p) = (above - coefficient(physics::Tissue::from_values(values), k)) / (2 * step);
      }
    }
    set.jacobian->col(i) = derivatives.reshaped().cast<std::complex<float>>();
    set.crb.col(i) = physics::cramer_rao_bound(set.coefficients.col(i), derivatives).crb;
    set.tissues.push_back(tissue);
  }
  set.basis = Eigen::MatrixXd::Identity(n_coeff + 3, n_coeff);
  set.sequence_name = "made up";
  set.sequence_sha256 = std::string(64, 'a');
  set.basis_sha256 = physics::sha256_of(set.basis);
  set.tr_s = tr_s;
  set.provenance = "{}";
  return set;
}

/// 16 off-resonances of each of n tissues.
inline physics::Dataset phase_set(std::size_t n) {
  constexpr std::size_t n_phase = 16;
  const physics::Dataset draws = made_up_set(n, 9);
  physics::Dataset set = draws;
  set.jacobian.reset();
  set.tissues.clear();
  set.coefficients.resize(n_coeff, static_cast<Eigen::Index>(n * n_phase));
  set.crb = Eigen::MatrixXd::Ones(draws.crb.rows(), set.coefficients.cols());
  for (std::size_t i = 0; i < n * n_phase; ++i) {
    physics::Tissue tissue = draws.tissues[i / n_phase];
    tissue.omega0_rad_s = (static_cast<double>(i % n_phase) + 0.5) / n_phase * std::numbers::pi / tr_s;
    set.tissues.push_back(tissue);
    for (Eigen::Index k = 0; k < n_coeff; ++k) set.coefficients(k, static_cast<Eigen::Index>(i)) = coefficient(tissue, k);
  }
  return set;
}

inline std::string config_text(const std::string& epochs = "12") {
  return R"({
  "task": "forward", "name": "made_up",
  "network": {"hidden": [24, 24], "activation": "root_silu"},
  "features": [{"inputs": ["m0_semi_frac"]}, {"inputs": ["r1_apparent_hz"]},
               {"inputs": ["r2_free_hz"], "function": "saturation", "offset": 10}],
  "table": {"rank": 8, "intervals": 24},
  "outputs": ["m0_semi_frac", "r2_free_hz"],
  "residual_weight": 0.3, "derivative_weight": 0.5,
  "optimizer": {"kind": "soap", "learning_rate": 0.003},
  "schedule": {"kind": "linear", "warmup_epochs": 0.5},
  "training": {"batch": 64, "epochs": )" +
         epochs + R"(, "seed": 4},
  "validation": {"count": 100, "every": 3}
})";
}

inline ForwardConfig config_of(const std::string& text) {
  const std::string path = tests::temporary_path("forward.json");
  std::ofstream(path) << text;
  return read_forward_config(path);
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

inline std::vector<float> table_of(const physics::Dataset& phases, const physics::Dataset& training,
                                   const ForwardConfig& config) {
  PhaseBasis basis(training, config);
  basis.add(phases, "phase.h5");
  return basis.table("phase.h5");
}

/// A training on the made-up set.
struct ForwardTraining {
  physics::Dataset set = made_up_set(2100, 1);
  ForwardConfig config;
  ForwardData data;
  ForwardOptions options;

  explicit ForwardTraining(const std::string& text = config_text())
      : config(config_of(text)), data(prepare_forward_data(set, config, "set.h5")) {
    if (config.table) options.table = table_of(phase_set(40), set, config);
  }
  TrainedForward run() const { return train_forward(config, data, options); }
};

}  // namespace crbrt::trainer
