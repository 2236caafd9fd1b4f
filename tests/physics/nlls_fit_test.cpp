// SPDX-License-Identifier: Apache-2.0
/// The fit recovers what was simulated, as well as the Cramér-Rao bound allows and no better.
#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "physics/crb.h"
#include "physics/nlls/fit_range.h"
#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::FitSettings;
using physics::FitStatus;
using physics::Fitter;
using physics::T1Model;
using physics::Tissue;
using physics::VoxelFit;

TEST(KnownParameters, KeepTheirValueAndHaveNoVariance) {
  const ShortTrain& train = ShortTrain::get();
  physics::Prior prior = physics::paper_fit_prior(train.sequence.tr_s);
  const auto fix = [&](physics::Parameter parameter, double value) {
    prior.classes[0].marginal[static_cast<std::size_t>(parameter)] = {physics::Marginal::Kind::fixed, value, 0, value, value};
  };
  std::vector<Tissue> tissues = brain_tissues(8, T1Model::apparent, 31);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = 2 / noise_snr;
  // 8 voxels times at most 5 unknowns within 6 standard deviations, as below; the first time B0 and B1 known, then a single
  // pool.
  fix(physics::Parameter::b1_rel, 0.9);
  fix(physics::Parameter::omega0_rad_s, 150);
  for (const bool is_single_pool : {false, true}) {
    if (is_single_pool) fix(physics::Parameter::m0_semi_frac, 0);
    for (Tissue& t : tissues) {
      t.b1_rel = 0.9;
      t.omega0_rad_s = 150;
      if (is_single_pool) t.m0_semi_frac = 0;
    }
    const Fitter fitter(train.sequence, train.basis, prior, settings);
    const std::vector<std::string> names =
        is_single_pool ? std::vector<std::string>{"r1_apparent_hz", "r2_free_hz"}
                       : std::vector<std::string>{"m0_semi_frac", "r1_apparent_hz", "r2_free_hz", "exchange_hz", "t2_semi_s"};
    ASSERT_EQ(fitter.range().unknowns().names(), names);
    const auto fits = fitter.fit(noisy(train.coefficients(tissues), true_m0, *settings.sigma, 32));
    for (std::size_t v = 0; v < tissues.size(); ++v) {
      ASSERT_EQ(fits[v].status, FitStatus::ok) << v;
      EXPECT_EQ(fits[v].tissue.b1_rel, 0.9);
      EXPECT_EQ(fits[v].tissue.omega0_rad_s, 150);
      ASSERT_EQ(fits[v].variance.size(), static_cast<Eigen::Index>(names.size()));
      for (std::size_t u = 0; u < names.size(); ++u) {
        const auto p = static_cast<std::size_t>(fitter.range().parameter(u));
        EXPECT_NEAR(fits[v].tissue.values()[p], tissues[v].values()[p],
                    6 * std::sqrt(fits[v].variance[static_cast<Eigen::Index>(u)]))
            << v << ' ' << names[u];
      }
    }
  }
}

class RecoveredTissue : public testing::TestWithParam<T1Model> {};

TEST_P(RecoveredTissue, WithoutNoiseIsTheTruth) {
  const T1Model model = GetParam();
  const auto tissues = brain_tissues(16, model, 21);
  const Eigen::MatrixXcd data = true_m0 * ShortTrain::get().coefficients(tissues);
  FitSettings settings = settings_of(model);
  settings.sigma = 2e-6;  // SNR 1e6: what counts as "the truth" below
  settings.max_iterations = 200;
  const auto fits = short_fitter(settings).fit(data);
  for (std::size_t v = 0; v < tissues.size(); ++v) {
    ASSERT_EQ(fits[v].status, FitStatus::ok) << "voxel " << v;
    // The solver stops far below noise that is itself a millionth of the signal: one standard deviation of that noise.
    for (Eigen::Index u = 0; u < fits[v].variance.size(); ++u) {
      const auto index = static_cast<std::size_t>(u);
      EXPECT_NEAR(unknown(fits[v].tissue, model, index), unknown(tissues[v], model, index), std::sqrt(fits[v].variance[u]))
          << "voxel " << v << ' ' << physics::bound_names(model)[index];
    }
    EXPECT_NEAR(std::abs(fits[v].m0 - true_m0), 0, 10 * fits[v].m0_std);
  }
}

TEST_P(RecoveredTissue, WithNoiseLiesWithinTheBound) {
  const T1Model model = GetParam();
  const auto tissues = brain_tissues(24, model, 22);
  const double sigma = 2 / noise_snr;
  const Eigen::MatrixXcd data = noisy(ShortTrain::get().coefficients(tissues), true_m0, sigma, 23);
  FitSettings settings = settings_of(model);
  settings.sigma = sigma;
  const auto fits = short_fitter(settings).fit(data);
  // 24 voxels times at most 8 parameters: P(any |z| > 5.5) < 192 * 3.8e-8 = 7e-6 if z were exactly Gaussian. Curvature
  // and the difference between the bound at the estimate and at the truth stay within the remaining half unit at this SNR.
  constexpr double k = 6;
  for (std::size_t v = 0; v < tissues.size(); ++v) {
    if (fits[v].status == FitStatus::at_bound) continue;
    ASSERT_EQ(fits[v].status, FitStatus::ok) << "voxel " << v;
    for (Eigen::Index u = 0; u < fits[v].variance.size(); ++u) {
      const auto index = static_cast<std::size_t>(u);
      const double z =
          (unknown(fits[v].tissue, model, index) - unknown(tissues[v], model, index)) / std::sqrt(fits[v].variance[u]);
      EXPECT_LT(std::abs(z), k) << "voxel " << v << ' ' << physics::bound_names(model)[index];
    }
  }
  const auto n_ok = std::count_if(fits.begin(), fits.end(), [](const VoxelFit& f) { return f.status == FitStatus::ok; });
  EXPECT_GE(n_ok, 22);
}

TEST_P(RecoveredTissue, CovarianceIsTheBoundAtTheTruth) {
  const T1Model model = GetParam();
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(4, model, 24);
  FitSettings settings = settings_of(model);
  settings.sigma = 0.01;
  settings.max_iterations = 200;
  const auto fits = short_fitter(settings).fit(true_m0 * train.coefficients(tissues));
  physics::Signals c, jacobian;
  train.simulator.simulate_projected(tissues, train.basis, c, jacobian);
  for (std::size_t v = 0; v < tissues.size(); ++v) {
    const auto column = static_cast<Eigen::Index>(v);
    const auto truth = physics::cramer_rao_bound(c.col(column), jacobian.middleCols(column * 8, 8), model);
    const Eigen::VectorXd expected = truth.crb * (0.01 * 0.01 / std::norm(true_m0));
    // The noise-free fit ends within 1e-6 relative of the truth; the bound is smooth, with log-derivatives below 100.
    for (Eigen::Index u = 0; u < expected.size(); ++u) EXPECT_NEAR(fits[v].variance[u] / expected[u], 1, 1e-4);
    EXPECT_NEAR(fits[v].m0_std, 0.01 * std::sqrt(truth.m0_crb_real), 1e-4 * fits[v].m0_std);
    EXPECT_NEAR(fits[v].signal_norm / c.col(column).norm(), 1, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Nlls, RecoveredTissue, testing::Values(T1Model::apparent, T1Model::separate));

// c(-omega0) is not conj(c(omega0)) there: both signs are found for what they are, and conjugated data fit neither.
TEST(NllsFit, InAComplexBasisTellsTheSignsOfOmega0Apart) {
  const ShortTrain& train = ShortTrain::get();
  const physics::Basis basis = one_sided_basis(14);
  ASSERT_TRUE(basis.is_complex());
  auto tissues = brain_tissues(8, T1Model::apparent, 21);
  for (std::size_t v = 0; v < tissues.size(); ++v)
    tissues[v].omega0_rad_s = (v % 2 == 0 ? 1 : -1) * std::abs(tissues[v].omega0_rad_s);
  physics::Signals c;
  train.simulator.simulate_projected(tissues, basis, c);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = 2e-6;
  settings.max_iterations = 200;
  const Fitter fitter(train.sequence, basis, physics::paper_fit_prior(train.sequence.tr_s), settings);
  const auto fits = fitter.fit(true_m0 * c), conjugated = fitter.fit((true_m0 * c).conjugate());
  for (std::size_t v = 0; v < tissues.size(); ++v) {
    ASSERT_EQ(fits[v].status, FitStatus::ok) << "voxel " << v;
    for (Eigen::Index u = 0; u < fits[v].variance.size(); ++u) {
      const auto index = static_cast<std::size_t>(u);
      EXPECT_NEAR(unknown(fits[v].tissue, T1Model::apparent, index), unknown(tissues[v], T1Model::apparent, index),
                  std::sqrt(fits[v].variance[u]))
          << "voxel " << v << ' ' << physics::bound_names(T1Model::apparent)[index];
    }
    // A fit of a real basis leaves next to nothing of conjugated data, too.
    const double norm = std::abs(true_m0) * c.col(static_cast<Eigen::Index>(v)).norm();
    EXPECT_GT(conjugated[v].residual_norm, 1e-3 * norm) << "voxel " << v;
  }
}

TEST(NllsMonteCarlo, VarianceAndSigmaAreThoseOfTheBound) {
  const ShortTrain& train = ShortTrain::get();
  const T1Model model = T1Model::apparent;
  const Tissue tissue{0.21, 0.85, 11, 37, 0.85, 10e-6, 290, 0.82};
  constexpr Eigen::Index n = 250;
  const double sigma = 2 / noise_snr;
  const Eigen::MatrixXcd data = noisy(train.coefficients({tissue}).replicate(1, n), true_m0, sigma, 31);
  FitSettings settings = settings_of(model);
  const auto fits = short_fitter(settings).fit(data);

  physics::Signals c, jacobian;
  train.simulator.simulate_projected(std::vector<Tissue>{tissue}, train.basis, c, jacobian);
  const physics::Bounds bounds = physics::cramer_rao_bound(c.col(0), jacobian, model);
  const double noise2 = sigma * sigma / std::norm(true_m0);
  const Eigen::VectorXd crb = bounds.crb * noise2;
  // The ratio of a Gaussian's sample variance to its variance spreads by sqrt(2 / n); eight of them within 4.5 spreads fail by
  // chance in 6e-5 of all seeds, and a tenth is left for the curvature of the model.
  const double spread = 4.5 * std::sqrt(2.0 / n) + 0.1;
  for (Eigen::Index u = 0; u < crb.size(); ++u) {
    double mean_square = 0;
    for (const VoxelFit& fit : fits)
      mean_square += std::pow(unknown(fit.tissue, model, static_cast<std::size_t>(u)) -
                                  unknown(tissue, model, static_cast<std::size_t>(u)),
                              2) /
                     n;
    EXPECT_NEAR(mean_square / crb[u], 1, spread) << physics::bound_names(model)[static_cast<std::size_t>(u)];
  }
  double norm_mean_square = 0;
  for (const VoxelFit& fit : fits) norm_mean_square += std::pow(fit.signal_norm - c.col(0).norm(), 2) / n;
  EXPECT_NEAR(norm_mean_square / (bounds.signal_per_m0_crb * noise2), 1, spread);
  // sigma^2 from the residual has 2 * 12 - 9 = 15 degrees of freedom per voxel: relative spread sqrt(2 / (15 n)).
  double mean_sigma2 = 0;
  for (const VoxelFit& fit : fits) mean_sigma2 += fit.sigma * fit.sigma / n;
  EXPECT_NEAR(mean_sigma2 / (sigma * sigma), 1, 5 * std::sqrt(2.0 / (15 * n)));
}

// Steps are those of Gauss-Newton on the whole problem, M0 included. So the whole problem must be stationary where they end:
// the step that it would still take is below 0.05 standard deviations, which is what a promise of 1e-4 of the cost allows
// before the last step, and that step is taken.
TEST(NllsFit, EndsWhereTheWholeProblemIsStationary) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(12, T1Model::apparent, 41);
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, 2 / noise_snr, 42);
  const Fitter fitter = short_fitter(settings_of(T1Model::apparent));
  const auto fits = fitter.fit(data);
  int n_ok = 0;
  for (std::size_t v = 0; v < fits.size(); ++v) {
    if (fits[v].status != FitStatus::ok) continue;
    ++n_ok;
    physics::Signals c, jacobian;
    fitter.model().evaluate(std::vector{fits[v].tissue}, c, jacobian);
    const Eigen::MatrixXcd of_tissue = fits[v].m0 * jacobian;
    const Eigen::MatrixXd columns = physics::real_unknowns(c.col(0), of_tissue, fitter.range().unknowns());
    const Eigen::VectorXcd residual = data.col(static_cast<Eigen::Index>(v)) - fits[v].m0 * c.col(0);
    Eigen::VectorXd real(2 * residual.size());
    real << residual.real(), residual.imag();
    const Eigen::VectorXd step = columns.colPivHouseholderQr().solve(real);
    for (Eigen::Index u = 0; u < fits[v].variance.size(); ++u)
      EXPECT_LT(std::abs(step[u + 2]), 0.05 * std::sqrt(fits[v].variance[u])) << "voxel " << v << " unknown " << u;
  }
  EXPECT_GE(n_ok, 10);
}

// With the Gaussians of the prior as data, a parameter that the train hardly tells is drawn to its mean by the weight of its
// variance, and its own posterior variance is below both that of the prior and that of the data.
TEST(NllsFit, AMaximumAPosterioriWeighsPriorAndData) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(8, T1Model::apparent, 47);
  const double sigma = 2e-3;  // SNR 1,000: T2s is known to several microseconds by the data, to 2 us by the prior
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, sigma, 48);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = sigma;
  settings.map_prior = true;
  const Fitter posterior = short_fitter(settings);
  const Eigen::Index t2_semi = 4;
  for (const VoxelFit& fit : posterior.fit(data)) {
    ASSERT_TRUE(fit.status == FitStatus::ok || fit.status == FitStatus::nuisance_at_bound);
    EXPECT_LT(std::sqrt(fit.variance[t2_semi]), 2e-6);
    EXPECT_NEAR(fit.tissue.t2_semi_s, 10e-6, 3 * 2e-6);
  }
  settings.sigma.reset();
  EXPECT_THROW(short_fitter(settings), std::invalid_argument);
}

TEST(NllsFit, EstimatesStayInTheRangeAndAWallIsFlagged) {
  Tissue tissue{0.15, 0.7, 12, 25, 0.7, 17e-6, 150, 1.0};  // T2s above the range, which ends at 15 us
  const auto fits = short_fitter(settings_of(T1Model::apparent)).fit(true_m0 * ShortTrain::get().coefficients({tissue}));
  EXPECT_EQ(fits[0].status, FitStatus::at_bound);
  EXPECT_DOUBLE_EQ(fits[0].tissue.t2_semi_s, 15e-6);
  const physics::FitRange range(physics::paper_fit_prior(3.5e-3), T1Model::apparent);
  EXPECT_EQ(range.parameter(4), physics::Parameter::t2_semi_s);   // the fifth unknown of this model
  EXPECT_EQ(range.walls(fits[0].tissue), std::uint32_t{2} << 8);  // at its maximum, and no other at any wall
  for (std::size_t u = 0; u < range.n_unknown(); ++u) {
    EXPECT_GE(unknown(fits[0].tissue, T1Model::apparent, u), range.minimum(u));
    EXPECT_LE(unknown(fits[0].tissue, T1Model::apparent, u), range.maximum(u));
  }
}

TEST(NllsFit, ConjugatedDataAreTheVoxelAtMinusOmega0) {
  const auto tissues = brain_tissues(6, T1Model::apparent, 51);
  const Eigen::MatrixXcd data = ShortTrain::get().coefficients(tissues);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = 1e-6;
  const Fitter fitter = short_fitter(settings);
  const auto plain = fitter.fit(data), mirrored = fitter.fit(data.conjugate());
  for (std::size_t v = 0; v < tissues.size(); ++v)
    EXPECT_NEAR(mirrored[v].tissue.omega0_rad_s, -plain[v].tissue.omega0_rad_s, 2 * std::sqrt(plain[v].variance[5]));
}

TEST(NllsFit, UnusableVoxelsAreFlaggedAndNeighboursUntouched) {
  Eigen::MatrixXcd data =
      noisy(ShortTrain::get().coefficients(brain_tissues(4, T1Model::apparent, 61)), true_m0, 2 / noise_snr, 62);
  const Fitter fitter = short_fitter(settings_of(T1Model::apparent));
  const auto clean = fitter.fit(data);
  data(3, 1) = std::numeric_limits<double>::quiet_NaN();
  data.col(2).setZero();
  const auto fits = fitter.fit(data);
  EXPECT_EQ(fits[1].status, FitStatus::non_finite);
  EXPECT_EQ(fits[2].status, FitStatus::zero_signal);
  for (const std::size_t v : {0, 3}) EXPECT_EQ(fits[v].tissue.values(), clean[v].tissue.values());
}

TEST(NllsFit, ThreadsAndNeighboursChangeNoBit) {
  const auto tissues = brain_tissues(21, T1Model::apparent, 71);
  const Eigen::MatrixXcd data = noisy(ShortTrain::get().coefficients(tissues), true_m0, 2 / noise_snr, 72);
  FitSettings settings = settings_of(T1Model::apparent);
  const auto once = short_fitter(settings).fit(data);
  for (const std::size_t n_thread : {2, 3, 5}) {
    settings.n_thread = n_thread;
    const auto with_threads = short_fitter(settings).fit(data);
    for (std::size_t v = 0; v < tissues.size(); ++v) {
      EXPECT_EQ(once[v].tissue.values(), with_threads[v].tissue.values()) << v << ", threads " << n_thread;
      EXPECT_EQ(once[v].n_simulated, with_threads[v].n_simulated);
      EXPECT_EQ(once[v].variance, with_threads[v].variance);
    }
  }
  settings.n_thread = 1;
  EXPECT_EQ(short_fitter(settings).fit(data.col(9))[0].tissue.values(), once[9].tissue.values());
}

TEST(NllsFit, RefusesWhatCannotBeFitted) {
  const ShortTrain& train = ShortTrain::get();
  const physics::Prior prior = physics::paper_fit_prior(train.sequence.tr_s);
  const FitSettings settings = settings_of(T1Model::apparent);
  EXPECT_THROW(Fitter(train.sequence, train.basis.topRows(100), prior, settings), std::invalid_argument);
  EXPECT_THROW(Fitter(train.sequence, train.basis.leftCols(4), prior, settings), std::invalid_argument);  // 8 reals, 9 unknowns
  physics::Prior no_range = prior;
  no_range.classes[0].marginal[7] = {physics::Marginal::Kind::uniform, 0, 0, 1, 1, false};  // a fixed one would be known
  EXPECT_THROW(Fitter(train.sequence, train.basis, no_range, settings), std::invalid_argument);
  EXPECT_THROW(short_fitter(settings).fit(Eigen::MatrixXcd::Ones(11, 1)), std::invalid_argument);
}

}  // namespace
}  // namespace crbrt::tests
