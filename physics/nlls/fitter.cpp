/// Lock-step workers, solver runs of a voxel, and its covariance.
#include "physics/nlls/fitter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/lockstep.h"
#include "physics/nlls/tissue_cost.h"

namespace crbrt::physics {
namespace {

// Workers that share one core: two batches of the simulator's lanes.
constexpr std::size_t n_worker_per_thread = 8;

}  // namespace

struct Fitter::Impl {
  Impl(Sequence sequence, Basis basis_in, Prior prior_in, const FitSettings& settings_in)
      : settings(settings_in),
        basis(std::move(basis_in)),
        range(prior_in, settings.t1_model),
        simulator(std::move(sequence), range.domain()),
        pool(simulator, basis, prior_in, range, settings.n_screened, settings.seed) {}

  VoxelFit fit_voxel(const Eigen::VectorXcd& data, Lockstep& lockstep, std::size_t worker) const;
  bool describe(VoxelFit& fit, const TissueCost& cost, const Eigen::VectorXcd& data, double norm) const;

  FitSettings settings;
  Basis basis;
  FitRange range;
  Simulator simulator;
  StartPool pool;
};

namespace {

void check(const Sequence& sequence, const Basis& basis, const Unknowns& unknowns, const FitSettings& settings) {
  if (static_cast<std::size_t>(basis.rows()) != sequence.n_frame())
    throw std::invalid_argument("expected a basis of " + std::to_string(sequence.n_frame()) + " frames, found " +
                                std::to_string(basis.rows()));
  if (const std::size_t least = least_rank(unknowns, settings); static_cast<std::size_t>(basis.cols()) < least)
    throw std::invalid_argument("expected a rank of at least " + std::to_string(least) + ", found " +
                                std::to_string(basis.cols()));
  if (settings.n_start == 0) throw std::invalid_argument("expected at least one start, found 0");
}

}  // namespace

std::size_t least_rank(const Unknowns& unknowns, const FitSettings& settings) {
  const std::size_t n_unknown = unknowns.size() + 2;
  return (n_unknown + (settings.sigma ? 0 : 1) + 1) / 2;
}

VoxelFit Fitter::Impl::fit_voxel(const Eigen::VectorXcd& data, Lockstep& lockstep, std::size_t worker) const {
  VoxelFit fit;
  const double norm = data.norm();
  if (!std::isfinite(norm)) {
    fit.status = FitStatus::non_finite;
    return fit;
  }
  if (norm < std::numeric_limits<double>::min()) {
    fit.status = FitStatus::zero_signal;
    return fit;
  }
  const Eigen::VectorXcd unit = data / norm;  // costs and tolerances then do not depend on the scanner's units
  const std::vector<Tissue> starts = pool.best(unit, settings.n_start);
  const TissueCost cost(range, lockstep, worker, unit, settings.m0_mode);
  std::vector<SolverRun> runs;
  for (const Tissue& start : starts) runs.push_back(solve(cost, range, start, settings.max_iterations));
  SolverRun best =
      *std::min_element(runs.begin(), runs.end(), [](const SolverRun& a, const SolverRun& b) { return a.cost < b.cost; });
  // In a curved valley steps can become short before the bottom is reached; a fresh trust region finds out for two simulations.
  const SolverRun polished = solve(cost, range, best.tissue, settings.max_iterations);
  if (polished.cost <= best.cost) best = polished;
  fit.tissue = best.tissue;
  fit.status = FitStatus::not_converged;
  if (!describe(fit, cost, unit, norm)) return fit;
  // A log-likelihood difference of 0.01; the second term is rounding, for data without noise.
  const double tolerance = 0.01 * std::pow(fit.sigma / norm, 2) + 1e-16;
  fit.n_agree = static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [&](const SolverRun& r) { return r.cost <= best.cost + tolerance; }));
  if (best.converged) fit.status = range.walls(fit.tissue) != 0 ? FitStatus::at_bound : FitStatus::ok;
  return fit;
}

/// M0, residual and covariance at the minimum: sigma^2 (J^T J)^-1 of the real problem that includes M0, which is the bound
/// at M0 = sigma = 1 times (sigma / |M0|)^2 for a tissue parameter and sigma^2 for |M0|.
bool Fitter::Impl::describe(VoxelFit& fit, const TissueCost& cost, const Eigen::VectorXcd& data, double norm) const {
  const Evaluation* at = cost.evaluation(fit.tissue);
  fit.n_simulated = cost.n_simulated();
  if (at == nullptr) return false;
  const std::complex<double> m0 = best_m0(at->coefficients, data);
  fit.m0 = m0 * norm;
  fit.signal_norm = at->coefficients.norm();
  fit.residual_norm = (data - m0 * at->coefficients).norm() * norm;
  const auto n_free = 2 * static_cast<double>(data.size()) - static_cast<double>(range.n_unknown() + 2);
  fit.sigma = settings.sigma ? *settings.sigma : fit.residual_norm / std::sqrt(n_free);
  const Bounds bounds = cramer_rao_bound(at->coefficients, at->jacobian, range.unknowns());
  const double inverse_snr2 = fit.sigma * fit.sigma / std::norm(fit.m0);
  fit.variance = bounds.crb * inverse_snr2;
  fit.signal_variance = bounds.signal_per_m0_crb * inverse_snr2;
  fit.m0_std = fit.sigma * std::sqrt(bounds.m0_crb_real);
  return true;
}

Fitter::Fitter(Sequence sequence, Basis basis, Prior prior, const FitSettings& settings) {
  check(sequence, basis, FitRange(prior, settings.t1_model).unknowns(), settings);
  impl_ = std::make_unique<Impl>(std::move(sequence), std::move(basis), std::move(prior), settings);
}

Fitter::~Fitter() = default;

std::vector<VoxelFit> Fitter::fit(const Eigen::MatrixXcd& coefficients,
                                  const std::function<void(std::size_t)>& on_voxel) const {
  if (coefficients.rows() != impl_->basis.cols())
    throw std::invalid_argument("expected " + std::to_string(impl_->basis.cols()) + " coefficients per voxel, found " +
                                std::to_string(coefficients.rows()));
  const auto n_voxel = static_cast<std::size_t>(coefficients.cols());
  std::vector<VoxelFit> fits(n_voxel);
  std::mutex done_mutex;
  std::size_t n_done = 0;
  const std::size_t n_group = std::max<std::size_t>(settings().n_thread, 1), n_worker = n_group * n_worker_per_thread;
  // Worker w of all takes voxels w, w + n_worker, ...: a fixed share, so that lock-step batches repeat from run to run.
  const auto work = [&](Lockstep& lockstep, std::size_t w) {
    for (std::size_t v = w; v < n_voxel; v += n_worker) {
      fits[v] = impl_->fit_voxel(coefficients.col(static_cast<Eigen::Index>(v)), lockstep, w % n_worker_per_thread);
      const std::lock_guard lock(done_mutex);
      ++n_done;
      if (on_voxel) on_voxel(n_done);
    }
    lockstep.leave();
  };
  std::vector<std::unique_ptr<Lockstep>> groups;
  for (std::size_t g = 0; g < n_group; ++g)
    groups.push_back(std::make_unique<Lockstep>(impl_->simulator, impl_->basis, n_worker_per_thread));
  std::vector<std::thread> workers;
  for (std::size_t w = 0; w < n_worker; ++w) workers.emplace_back(work, std::ref(*groups[w / n_worker_per_thread]), w);
  for (std::thread& worker : workers) worker.join();
  for (const auto& group : groups)
    if (group->error()) std::rethrow_exception(group->error());
  return fits;
}

const FitSettings& Fitter::settings() const noexcept { return impl_->settings; }
const FitRange& Fitter::range() const noexcept { return impl_->range; }
const Simulator& Fitter::simulator() const noexcept { return impl_->simulator; }
const Basis& Fitter::basis() const noexcept { return impl_->basis; }

}  // namespace crbrt::physics
