// SPDX-License-Identifier: Apache-2.0
// Coefficient k of a tissue is exp(-rate_k * R1) + i m0s cos(k R2 / 20) and the like: nothing physical, but smooth and
// invertible, with a Jacobian that can be written down.
#include "tests/trainer/training_fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <Eigen/LU>
#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "physics/basis.h"
#include "physics/counter_random.h"
#include "physics/crb.h"

namespace crbrt::tests {
namespace {

using physics::Parameter;

std::complex<double> coefficient(const physics::Tissue& t, std::size_t k) {
  const double x = static_cast<double>(k);
  return {std::exp(-0.5 * (x + 1) * t.r1_free_hz) + 0.3 * std::sin(x) * t.m0_semi_frac,
          std::cos(0.05 * (x + 0.5) * t.r2_free_hz) * (0.2 + t.m0_semi_frac)};
}

double& member(physics::Tissue& t, int which) { return which == 0 ? t.m0_semi_frac : which == 1 ? t.r1_free_hz : t.r2_free_hz; }

/// Central difference: exact to 1e-8 here, far better than a bound needs.
std::complex<double> derivative(physics::Tissue tissue, int which, std::size_t k) {
  const double step = 1e-5, value = member(tissue, which);
  member(tissue, which) = value + step;
  const auto above = coefficient(tissue, k);
  member(tissue, which) = value - step;
  return (above - coefficient(tissue, k)) / (2 * step);
}

/// Bounds of M0 (two real unknowns), m0s, R1 and R2; the other parameters count as known.
physics::TissueBounds bounds(const physics::Tissue& tissue, std::size_t n_coeff) {
  Eigen::MatrixXd jacobian(2 * n_coeff, 5);
  for (std::size_t k = 0; k < n_coeff; ++k) {
    const auto row = static_cast<Eigen::Index>(2 * k);
    const auto c = coefficient(tissue, k);
    jacobian.block<2, 2>(row, 0) << c.real(), -c.imag(), c.imag(), c.real();
    for (int p = 0; p < 3; ++p) {
      const auto d = derivative(tissue, p, k);
      jacobian(row, 2 + p) = d.real();
      jacobian(row + 1, 2 + p) = d.imag();
    }
  }
  const Eigen::MatrixXd covariance = (jacobian.transpose() * jacobian).inverse();
  physics::TissueBounds result{.crb = Eigen::VectorXd::Ones(7)};
  result.crb.head(3) = covariance.diagonal().tail(3);
  const Eigen::VectorXd gradient = jacobian.rightCols(3).transpose() * jacobian.col(0).normalized();  // of the norm
  result.signal_per_m0_crb = gradient.dot(covariance.bottomRightCorner(3, 3) * gradient);
  return result;
}

}  // namespace

physics::Dataset small_dataset(std::size_t n, std::size_t n_coeff) {
  physics::Dataset dataset;
  const auto rows = static_cast<Eigen::Index>(n_coeff), columns = static_cast<Eigen::Index>(n);
  dataset.coefficients.resize(rows, columns);
  dataset.crb.resize(7, columns);
  dataset.signal_per_m0_crb.emplace(columns);
  for (std::size_t i = 0; i < n; ++i) {
    physics::CounterRandom random(11, physics::Stream::tissue, i);
    physics::Tissue tissue;
    tissue.m0_semi_frac = 0.05 + 0.2 * random.uniform();
    tissue.r1_free_hz = tissue.r1_semi_hz = 0.4 + random.uniform();
    tissue.r2_free_hz = 8 + 10 * random.uniform();
    tissue.exchange_hz = 20;
    tissue.t2_semi_s = 1e-5;
    dataset.tissues.push_back(tissue);
    for (std::size_t k = 0; k < n_coeff; ++k)
      dataset.coefficients(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(i)) = coefficient(tissue, k);
    const physics::TissueBounds bound = bounds(tissue, n_coeff);
    dataset.crb.col(static_cast<Eigen::Index>(i)) = bound.crb;
    (*dataset.signal_per_m0_crb)[static_cast<Eigen::Index>(i)] = bound.signal_per_m0_crb;
  }
  dataset.basis = Eigen::MatrixXd::Identity(rows + 3, rows);
  dataset.unknowns = physics::T1Model::apparent;
  dataset.sequence_name = "made up";
  dataset.sequence_sha256 = std::string(64, 'a');
  dataset.basis_sha256 = physics::sha256_of(dataset.basis);
  dataset.tr_s = 3.5e-3;
  dataset.provenance = "{}";
  return dataset;
}

std::string temporary_path(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::temp_directory_path() /
                      (std::string("crbrt_trainer_") + test->name() + "_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

std::string valid_config_text() {
  return R"({
  "name": "small",
  "network": {"hidden": [16, 16], "activation": "relu", "normalization": "none", "skips": [{"from": "hidden1", "to": "hidden2"}]},
  "preprocessing": {"phase_reference": 0, "l2_normalize": true, "standardize": true},
  "outputs": [{"name": "m0_semi_frac", "minimum": 0, "maximum": 1},
              {"name": "t1_apparent_s", "minimum": 0, "maximum": 5},
              {"name": "t2_free_s", "minimum": 0, "maximum": 2}],
  "loss": "crb",
  "optimizer": {"kind": "adam", "learning_rate": 0.003},
  "schedule": {"kind": "cosine"},
  "training": {"batch": 64, "epochs": 4, "seed": 3},
  "validation": {"count": 50, "every": 2}
})";
}

trainer::Config config_of(const std::string& json) {
  const std::string path = temporary_path("config.json");
  std::ofstream(path) << json;
  return trainer::read_config(path);
}

std::string refusal(const std::string& json) {
  try {
    config_of(json);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

trainer::Config small_config() { return config_of(valid_config_text()); }

}  // namespace crbrt::tests
