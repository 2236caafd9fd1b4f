// SPDX-License-Identifier: Apache-2.0
/// Where fits start: draws of a pool, given tissues, and what makes them begin anew.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/partial_tissue.h"
#include "physics/nlls/start_pool.h"
#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::FitSettings;
using physics::FitStatus;
using physics::Fitter;
using physics::T1Model;
using physics::Tissue;
using physics::VoxelFit;

// Where the basis is real, c(-omega0) is the conjugate of c(omega0); here it is not.
TEST(StartPool, ADrawStandsForItsMirrorImageInAComplexBasisToo) {
  const ShortTrain& train = ShortTrain::get();
  const physics::Prior prior = physics::paper_fit_prior(train.sequence.tr_s);
  const physics::FitRange range(prior, T1Model::apparent);
  const physics::Basis basis = one_sided_basis(14);
  constexpr std::uint64_t seed = 4;
  const physics::SimulatedModel model(train.sequence, wide_domain(), basis);
  const physics::StartPool pool(model, prior, range, 50, seed, 1);
  std::vector<Tissue> mirrored;
  for (std::uint64_t i = 0; i < 20; ++i) {
    mirrored.push_back(range.to_tissue(range.to_scaled(prior.draw(seed, physics::Stream::start, i)).data()));
    mirrored.back().omega0_rad_s *= -1;
  }
  physics::Signals c;
  train.simulator.simulate_projected(mirrored, basis, c);
  for (std::size_t i = 0; i < mirrored.size(); ++i)
    EXPECT_EQ(pool.best(c.col(static_cast<Eigen::Index>(i)), 1).at(0).values(), mirrored[i].values()) << "draw " << i;
}

TEST(NllsStarts, FromTheTruthItEndsWhereItEndsFromDrawsAndCostsLess) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(12, T1Model::apparent, 43);
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, 2 / noise_snr, 44);
  const Fitter fitter = short_fitter(settings_of(T1Model::apparent));
  std::vector<Tissue> starts = tissues;
  for (Tissue& start : starts) start.exchange_hz = start.t2_semi_s = std::numeric_limits<double>::quiet_NaN();  // not told
  const auto drawn = fitter.fit(data), given = fitter.fit_from(data, starts);
  std::size_t n_drawn = 0, n_given = 0;
  for (std::size_t v = 0; v < tissues.size(); ++v) {
    n_drawn += drawn[v].n_simulated;
    n_given += given[v].n_simulated;
    if (drawn[v].status != FitStatus::ok) continue;
    for (Eigen::Index u = 0; u < drawn[v].variance.size(); ++u)  // each within 0.05 standard deviations, see above
      EXPECT_NEAR(unknown(given[v].tissue, T1Model::apparent, static_cast<std::size_t>(u)),
                  unknown(drawn[v].tissue, T1Model::apparent, static_cast<std::size_t>(u)),
                  0.1 * std::sqrt(drawn[v].variance[u]))
          << "voxel " << v << " unknown " << u;
  }
  EXPECT_LT(n_given, n_drawn);
}

// A start in another valley (the wrong sign of omega0) leaves a larger residual than a draw does, which gives it away.
TEST(NllsStarts, AMisleadingStartIsGivenUp) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(8, T1Model::apparent, 45);
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, 2 / noise_snr, 46);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = 2 / noise_snr;
  const Fitter fitter = short_fitter(settings);
  std::vector<Tissue> starts = tissues;
  for (Tissue& start : starts) start.omega0_rad_s *= -1;
  const auto drawn = fitter.fit(data), misled = fitter.fit_from(data, starts);
  for (std::size_t v = 0; v < tissues.size(); ++v)
    EXPECT_LT(misled[v].residual_norm, 1.001 * drawn[v].residual_norm) << "voxel " << v;
}

// Where a fit of one start ends in a wrong minimum depends on the draws. The noise tells: residuals that it does not explain
// make the fit go on.
TEST(NllsStarts, NoiseThatIsKnownFindsTheRightMinimum) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(60, T1Model::apparent, 49);
  const double sigma = 2 / noise_snr;
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, sigma, 50);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.n_start = 1;
  settings.n_screened = 60;
  const auto n_wrong = [&] {
    std::size_t n = 0;
    // The reduced chi-square of 15 degrees of freedom is above 4 by chance in one of 5e7 voxels.
    for (const VoxelFit& fit : short_fitter(settings).fit(data))
      n += fit.residual_norm * fit.residual_norm > 4 * 15 * sigma * sigma ? 1u : 0u;
    return n;
  };
  EXPECT_GT(n_wrong(), 0u);
  settings.sigma = sigma;
  EXPECT_EQ(n_wrong(), 0u);
}

/// The exact model with an error of `error` in every part, of which it may know.
class ErringModel : public physics::SimulatedModel {
 public:
  ErringModel(double error, bool knows)
      : SimulatedModel(ShortTrain::get().sequence, wide_domain(), ShortTrain::get().basis), error_(error), knows_(knows) {}

  void evaluate(std::span<const Tissue> tissues, physics::Signals& coefficients) const override {
    SimulatedModel::evaluate(tissues, coefficients);
    add_error(coefficients);
  }
  void evaluate(std::span<const Tissue> tissues, physics::Signals& coefficients, physics::Signals& jacobian,
                physics::Precision precision) const override {
    SimulatedModel::evaluate(tissues, coefficients, jacobian, precision);
    add_error(coefficients);
  }
  double coefficient_error() const noexcept override { return knows_ ? error_ : 0; }

 private:
  void add_error(physics::Signals& coefficients) const {
    for (Eigen::Index k = 0; k < coefficients.rows(); ++k)
      coefficients.row(k).array() += error_ * std::complex<double>(k % 2 == 0 ? 1 : -1, k % 3 == 0 ? 1 : -1);
  }

  double error_;
  bool knows_;
};

// A learned model leaves a residual of its own, three times the noise here, in which no start helps.
TEST(NllsStarts, TheErrorOfTheModelIsNoReasonToBeginAnew) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(12, T1Model::apparent, 51);
  const double sigma = 2 / noise_snr;
  const Eigen::MatrixXcd data = noisy(train.coefficients(tissues), true_m0, sigma, 52);
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = sigma;
  const auto n_simulated = [&](bool knows) {
    const auto model = std::make_shared<ErringModel>(3 * sigma / std::abs(true_m0), knows);
    std::size_t n = 0;
    for (const VoxelFit& fit : Fitter(model, physics::paper_fit_prior(train.sequence.tr_s), settings).fit_from(data, tissues))
      n += fit.n_simulated;
    return n;
  };
  EXPECT_GT(n_simulated(false), 3 * n_simulated(true));
}

TEST(PartialTissue, KnowsWhatItWasTold) {
  const auto set = [](physics::PartialTissue& tissue, const char* key, double value) {
    tissue.set(*physics::find_quantity(key), value);
  };
  physics::PartialTissue partial;
  set(partial, "t1_apparent_s", 2);
  set(partial, "b1_rel", 0.9);
  set(partial, "signal_per_m0", 3);  // no parameter
  set(partial, "t2_free_s", 0);      // no time
  set(partial, "exchange_hz", std::numeric_limits<double>::infinity());
  const Tissue tissue = partial.tissue(T1Model::apparent);
  EXPECT_EQ(tissue.r1_free_hz, 0.5);
  EXPECT_EQ(tissue.r1_semi_hz, 0.5);
  EXPECT_EQ(tissue.b1_rel, 0.9);
  for (const double unknown : {tissue.m0_semi_frac, tissue.r2_free_hz, tissue.exchange_hz, tissue.t2_semi_s})
    EXPECT_TRUE(std::isnan(unknown));
  EXPECT_TRUE(std::isnan(partial.tissue(T1Model::separate).r1_semi_hz));
}

}  // namespace
}  // namespace crbrt::tests
