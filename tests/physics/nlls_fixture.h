// SPDX-License-Identifier: Apache-2.0
/// A short train, its basis and noisy voxels for the tests of the fit: small enough for a hundred fits a second.
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

#include "physics/basis_builder.h"
#include "physics/counter_random.h"
#include "physics/nlls/fit_range.h"
#include "physics/nlls/fitter.h"
#include "physics/sequence.h"
#include "physics/simulator.h"

namespace crbrt::tests {

/// 160 pulses: an inversion, then flip angles and durations that swing at different rates so that all parameters show.
inline physics::Sequence short_sequence() {
  physics::Sequence sequence;
  sequence.name = "short";
  sequence.tr_s = 3.5e-3;
  physics::Cycle cycle;
  cycle.alpha_rad = {std::numbers::pi};
  cycle.trf_s = {500e-6};
  for (int k = 1; k < 160; ++k) {
    const double phase = 2 * std::numbers::pi * k / 160;
    cycle.alpha_rad.push_back(0.15 + 0.9 * std::pow(std::sin(1.5 * phase), 2) + 0.3 * std::pow(std::sin(4 * phase), 2));
    cycle.trf_s.push_back(300e-6 + 190e-6 * std::cos(2.5 * phase));
  }
  sequence.cycles = {cycle};
  return sequence;
}

/// Tissues that the short train tells apart well: enough semi-solid pool and exchange, off the band edges.
inline std::vector<physics::Tissue> brain_tissues(std::size_t count, physics::T1Model model, std::uint64_t seed) {
  std::vector<physics::Tissue> tissues;
  for (std::size_t i = 0; i < count; ++i) {
    physics::CounterRandom random(seed, physics::Stream::tissue, i);
    const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
    physics::Tissue t{between(0.15, 0.25), between(0.6, 1.0),    between(9, 16),     between(28, 45),
                      between(2, 4),       between(9e-6, 12e-6), between(-400, 400), between(0.8, 1.2)};
    if (model == physics::T1Model::apparent) t.r1_semi_hz = t.r1_free_hz;
    tissues.push_back(t);
  }
  return tissues;
}

inline physics::TissueDomain wide_domain() { return {4e-6, 20e-6, 1.8}; }

/// Leading singular vectors of 200 tissues of the prior of [paper].
inline Eigen::MatrixXd short_basis(const physics::Simulator& simulator, Eigen::Index rank) {
  const physics::Prior prior = physics::paper_fit_prior(simulator.sequence().tr_s);
  std::vector<physics::Tissue> tissues;
  for (std::uint64_t i = 0; i < 200; ++i) tissues.push_back(prior.draw(11, i));
  physics::Signals signals;
  simulator.simulate(tissues, signals);
  physics::BasisBuilder builder(signals.rows());
  builder.add(signals);
  return builder.basis(rank);
}

/// data = M0 c + noise of standard deviation sigma in the real and in the imaginary part.
inline Eigen::MatrixXcd noisy(const Eigen::MatrixXcd& coefficients, std::complex<double> m0, double sigma, std::uint64_t seed) {
  Eigen::MatrixXcd data = m0 * coefficients;
  for (Eigen::Index v = 0; v < data.cols(); ++v) {
    physics::CounterRandom random(seed, physics::Stream::evaluation_noise, static_cast<std::uint64_t>(v));
    for (Eigen::Index i = 0; i < data.rows(); ++i) {
      const double re = random.normal();
      data(i, v) += sigma * std::complex<double>(re, random.normal());
    }
  }
  return data;
}

/// One parameter of a tissue in the order of bound_names().
inline double unknown(const physics::Tissue& tissue, physics::T1Model model, std::size_t index) {
  const bool skips_r1_semi = model == physics::T1Model::apparent && index >= 4;
  return tissue.values()[index + (skips_r1_semi ? 1 : 0)];
}

/// The short train with a basis of rank 12, simulated once per program.
struct ShortTrain {
  physics::Sequence sequence = short_sequence();
  physics::Simulator simulator{sequence, wide_domain()};
  Eigen::MatrixXd basis = short_basis(simulator, 12);

  Eigen::MatrixXcd coefficients(const std::vector<physics::Tissue>& tissues) const {
    physics::Signals out;
    simulator.simulate_projected(tissues, basis, out);
    return out;
  }
  static const ShortTrain& get() {
    static const ShortTrain train;
    return train;
  }
};

inline const std::complex<double> true_m0(-1.2, 1.6);  // |M0| = 2

// 160 pulses tell far less than the thousands of a real sequence: at this SNR standard deviations are 1 to 15 %.
inline constexpr double noise_snr = 50000;

inline physics::FitSettings settings_of(physics::T1Model model) {
  physics::FitSettings settings;
  settings.t1_model = model;
  settings.n_screened = 500;
  return settings;
}

inline physics::Fitter short_fitter(const physics::FitSettings& settings) {
  const ShortTrain& train = ShortTrain::get();
  return physics::Fitter(train.sequence, train.basis, physics::paper_fit_prior(train.sequence.tr_s), settings);
}

/// Leading left singular vectors of fingerprints at omega0 above 0 alone: complex, because their conjugates are not among them.
inline Eigen::MatrixXcd one_sided_basis(Eigen::Index rank) {
  const ShortTrain& train = ShortTrain::get();
  const physics::Prior prior = physics::paper_fit_prior(train.sequence.tr_s);
  std::vector<physics::Tissue> tissues;
  for (std::uint64_t i = 0; i < 200; ++i) {
    tissues.push_back(prior.draw(11, i));
    tissues.back().omega0_rad_s = std::abs(tissues.back().omega0_rad_s);
  }
  physics::Signals signals;
  train.simulator.simulate(tissues, signals);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(signals * signals.adjoint());
  return solver.eigenvectors().rowwise().reverse().leftCols(rank);
}

}  // namespace crbrt::tests
