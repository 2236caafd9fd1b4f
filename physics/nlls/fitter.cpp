// Where the fits of the exact physics start: draws from the prior, or what is given.
#include "physics/nlls/fitter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "physics/nlls/start_pool.h"
#include "physics/nlls/voxel_solver.h"

namespace crbrt::physics {
namespace {

// Draws are far from the minimum, and a first step of Gauss-Newton from there mostly too long; a given start is near.
constexpr double cold_damping = 0.01, warm_damping = 1e-4;

class Draws : public StartSource {
 public:
  Draws(const StartPool& pool, std::size_t n_start) : pool_(pool), n_start_(n_start) {}

  std::vector<Tissue> starts(std::size_t, const Eigen::VectorXcd& data) const override { return pool_.best(data, n_start_); }

  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd& data, double, bool is_plausible) const override {
    if (is_plausible) return {};
    std::vector<Tissue> more = pool_.best(data, 3 * n_start_);
    more.erase(more.begin(), more.begin() + static_cast<std::ptrdiff_t>(std::min(n_start_, more.size())));
    return more;
  }

 private:
  const StartPool& pool_;
  std::size_t n_start_;
};

class Given : public StartSource {
 public:
  Given(const StartPool& pool, std::span<const PartialTissue> given, std::size_t n_start)
      : pool_(pool), given_(given), n_start_(n_start) {}

  std::vector<Tissue> starts(std::size_t voxel, const Eigen::VectorXcd& data) const override {
    const auto given = given_[voxel].values();
    std::array<double, n_parameter> values = given;
    if (std::any_of(given.begin(), given.end(), [](double v) { return std::isnan(v); })) {
      const auto drawn = pool_.best(data, 1).front().values();
      for (std::size_t p = 0; p < n_parameter; ++p)
        if (std::isnan(values[p])) values[p] = drawn[p];
    }
    return {Tissue::from_values(values)};
  }

  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd& data, double misfit,
                                      bool is_plausible) const override {
    return is_plausible && misfit <= pool_.least_misfit(data) ? std::vector<Tissue>() : pool_.best(data, n_start_);
  }

 private:
  const StartPool& pool_;
  std::span<const PartialTissue> given_;
  std::size_t n_start_;
};

void check(const Sequence& sequence, const Basis& basis, const Unknowns& unknowns, const FitSettings& settings) {
  if (static_cast<std::size_t>(basis.rows()) != sequence.n_frame())
    throw std::invalid_argument("expected a basis of " + std::to_string(sequence.n_frame()) + " frames, found " +
                                std::to_string(basis.rows()));
  if (const std::size_t least = least_rank(unknowns, settings); static_cast<std::size_t>(basis.cols()) < least)
    throw std::invalid_argument("expected a rank of at least " + std::to_string(least) + ", found " +
                                std::to_string(basis.cols()));
  if (settings.n_start == 0) throw std::invalid_argument("expected at least one start, found 0");
  if (settings.map_prior && !settings.sigma)
    throw std::invalid_argument("expected the noise of the data for a maximum a posteriori, found none");
}

}  // namespace

std::size_t least_rank(const Unknowns& unknowns, const FitSettings& settings) {
  const std::size_t n_unknown = unknowns.size() + 2;
  return (n_unknown + (settings.sigma ? 0 : 1) + 1) / 2;
}

struct Fitter::Impl {
  Impl(Sequence sequence, Basis basis_in, const Prior& prior, const FitSettings& settings_in)
      : settings(settings_in),
        basis(std::move(basis_in)),
        range(prior, settings.t1_model),
        simulator(std::move(sequence), range.domain()),
        model(simulator, basis),
        pool(simulator, basis, prior, range, settings.n_screened, settings.seed) {
    if (settings.map_prior) prior_terms.emplace(prior, range);
  }

  std::vector<VoxelFit> solve(const Eigen::MatrixXcd& coefficients, const StartSource& source, double damping,
                              const std::function<void(std::size_t)>& on_voxel) const {
    if (coefficients.rows() != basis.cols())
      throw std::invalid_argument("expected " + std::to_string(basis.cols()) + " coefficients per voxel, found " +
                                  std::to_string(coefficients.rows()));
    const SearchRules rules{range, settings, prior_terms ? &*prior_terms : nullptr, damping};
    return solve_voxels(model, rules, source, coefficients, on_voxel);
  }

  FitSettings settings;
  Basis basis;
  FitRange range;
  Simulator simulator;
  SimulatedModel model;
  StartPool pool;
  std::optional<PriorTerms> prior_terms;
};

Fitter::Fitter(Sequence sequence, Basis basis, Prior prior, const FitSettings& settings) {
  check(sequence, basis, FitRange(prior, settings.t1_model).unknowns(), settings);
  impl_ = std::make_unique<Impl>(std::move(sequence), std::move(basis), prior, settings);
}

Fitter::~Fitter() = default;

std::vector<VoxelFit> Fitter::fit(const Eigen::MatrixXcd& coefficients,
                                  const std::function<void(std::size_t)>& on_voxel) const {
  return impl_->solve(coefficients, Draws(impl_->pool, settings().n_start), cold_damping, on_voxel);
}

std::vector<VoxelFit> Fitter::fit_from(const Eigen::MatrixXcd& coefficients, std::span<const PartialTissue> starts,
                                       const std::function<void(std::size_t)>& on_voxel) const {
  if (starts.size() != static_cast<std::size_t>(coefficients.cols()))
    throw std::invalid_argument("expected one start for each of " + std::to_string(coefficients.cols()) + " voxels, found " +
                                std::to_string(starts.size()));
  return impl_->solve(coefficients, Given(impl_->pool, starts, settings().n_start), warm_damping, on_voxel);
}

const FitSettings& Fitter::settings() const noexcept { return impl_->settings; }
const FitRange& Fitter::range() const noexcept { return impl_->range; }
const Simulator& Fitter::simulator() const noexcept { return impl_->simulator; }
const Basis& Fitter::basis() const noexcept { return impl_->basis; }

}  // namespace crbrt::physics
