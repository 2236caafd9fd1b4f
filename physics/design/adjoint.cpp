// SPDX-License-Identifier: Apache-2.0
// The kernel's forward and backward sweeps, joined by the periodic equations.
#include "physics/design/adjoint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "physics/r2sl.h"

namespace crbrt::physics {

using kernel::n_param;
using kernel::n_state;

namespace {

constexpr int lanes = kernel::lanes_of<double>;
constexpr int n_part = 1 + n_param;
constexpr std::size_t state_size = static_cast<std::size_t>(n_state) * lanes;

PulseRange balanced_range(const PulseDomain& pulses, const TissueDomain& tissues) {
  return {pulses.trf_min_s / tissues.t2_semi_max_s, pulses.trf_max_s / tissues.t2_semi_min_s,
          pulses.alpha_max_rad * tissues.b1_max_rel};
}

PulseRange inversion_range(const PulseDomain& pulses, const TissueDomain& tissues) {
  return {pulses.inversion_trf_s / tissues.t2_semi_max_s, pulses.inversion_trf_s / tissues.t2_semi_min_s,
          std::acos(-1) * tissues.b1_max_rel};
}

void check(const Cycle& cycle, double tr_s, std::span<const Tissue> tissues) {
  if (std::string why = Sequence{"", tr_s, {cycle}}.why_invalid(); !why.empty()) throw std::invalid_argument(why);
  if (tissues.empty() || tissues.size() > AdjointCycle::group_size)
    throw std::invalid_argument("expected 1 to 4 tissues, found " + std::to_string(tissues.size()));
  for (const Tissue& t : tissues)
    if (const std::string_view why = why_invalid(t); !why.empty()) throw std::invalid_argument(std::string(why));
}

constexpr std::array<std::size_t, AdjointCycle::group_size> lane_numbers{0, 1, 2, 3};

/// Of the widest class of rates among the tissues.
SeriesPlan plan_of(const Sequence& train, const Chebyshev2d& rho_table, const TissueDomain& domain,
                   std::span<const Tissue> tissues) {
  RateClass widest;
  for (const Tissue& t : tissues) widest.index = std::max(widest.index, RateClass::of(t).index);
  return {train, largest_rho(train, rho_table, domain), domain.b1_max_rel, widest, series_tolerance<double>};
}

}  // namespace

AdjointTables::AdjointTables(const PulseDomain& pulses, const TissueDomain& tissues)
    : domain_(tissues), kernel_(best_kernel<double>()), sweeps_(best_adjoint()) {
  const PulseRange balanced = balanced_range(pulses, tissues);
  if (balanced.tau_max > kernel::max_adjoint_tau)
    throw std::invalid_argument("expected pulses of at most " + std::to_string(kernel::max_adjoint_tau) + " T2s, found " +
                                std::to_string(balanced.tau_max));
  rho_ = make_rho_table(balanced);
  z_end_ = make_z_end_table(inversion_range(pulses, tissues));
}

AdjointCycle::AdjointCycle(const AdjointTables& tables, const Cycle& cycle, double tr_s, std::span<const Tissue> tissues)
    : tables_(tables),
      cycle_((check(cycle, tr_s, tissues), cycle)),
      tr_s_(tr_s),
      n_tissue_(tissues.size()),
      tissues_(tissues, std::span(lane_numbers).first(tissues.size())),
      plan_(plan_of({"", tr_s, {cycle}}, tables.rho_, tables.domain_, tissues)),
      cycle_storage_(cycle.alpha_rad.size(), true) {
  const std::size_t n_pulse = cycle.alpha_rad.size();
  for (double trf : cycle.trf_s) log_trf_.push_back(std::log(trf));
  trace_.resize(n_pulse * n_part * state_size);
  seed_.resize(n_pulse * n_part * 2 * lanes);
  adjoint_.resize(n_part * state_size);
  slope_.resize(n_pulse * 2 * lanes);
  adjoint_work_ = {trace_.data(), seed_.data(), adjoint_.data(), slope_.data()};
}

kernel::CycleArgs AdjointCycle::args() const {
  return {static_cast<int>(cycle_.alpha_rad.size()),
          tr_s_,
          cycle_.alpha_rad.data(),
          cycle_.trf_s.data(),
          log_trf_.data(),
          plain_table(tables_.rho_),
          plain_table(tables_.z_end_),
          tissues_.values,
          tissues_.log_t2_semi,
          plan_.pulse[0].data(),
          plan_.closed_form};
}

void AdjointCycle::forward(Signals& signals, Signals& jacobian) {
  const kernel::CycleArgs a = args();
  kernel::CycleWork& work = cycle_storage_.work;
  tables_.kernel_.maps(a, work);
  solve_periodic(work, Transpose::no, work.cycle_offset, work.state);
  tables_.kernel_.derivatives(a, work);
  double dm_0[n_param * state_size];
  for (std::size_t p = 0; p < n_param; ++p)
    solve_periodic(work, Transpose::no, work.state_gradient + p * state_size, dm_0 + p * state_size);
  tables_.sweeps_.trace(a, work, dm_0, adjoint_work_);

  const auto n_pulse = static_cast<Eigen::Index>(cycle_.alpha_rad.size()), n_tissue = static_cast<Eigen::Index>(n_tissue_);
  signals.resize(n_pulse, n_tissue);
  jacobian.resize(n_pulse, n_tissue * n_param);
  for (Eigen::Index k = 0; k < n_pulse; ++k)
    for (Eigen::Index part = 0; part < n_part; ++part)
      for (Eigen::Index l = 0; l < n_tissue; ++l) {
        const double* m = trace_.data() + (k * n_part + part) * static_cast<Eigen::Index>(state_size) + l;
        (part == 0 ? signals(k, l) : jacobian(k, l * n_param + part - 1)) = {m[0], m[lanes]};
      }
}

void AdjointCycle::load_seeds(const Signals& signal_seeds, const Signals& jacobian_seeds) {
  std::fill(seed_.begin(), seed_.end(), 0);
  for (Eigen::Index k = 0; k < signal_seeds.rows(); ++k)
    for (Eigen::Index part = 0; part < n_part; ++part)
      for (Eigen::Index l = 0; l < static_cast<Eigen::Index>(n_tissue_); ++l) {
        double* seed = seed_.data() + (k * n_part + part) * 2 * lanes + l;
        const std::complex<double> value = part == 0 ? signal_seeds(k, l) : jacobian_seeds(k, l * n_param + part - 1);
        seed[0] = value.real();
        seed[lanes] = value.imag();
      }
}

// Echo k's derivative is map_k dm_0 plus what does not depend on dm_0, so b = sum_k map_k^T seed_k. The echo's own: zero yet.
void AdjointCycle::pass_back_derivatives() {
  const kernel::CycleWork& work = cycle_storage_.work;
  std::fill(adjoint_.begin(), adjoint_.end(), 0);
  for (int part = 1; part < n_part; ++part) {
    double b[state_size] = {};
    for (std::size_t k = 0; k < cycle_.alpha_rad.size(); ++k)
      for (std::size_t row = 0; row < 2; ++row) {
        const double* seed = seed_.data() + ((k * n_part + static_cast<std::size_t>(part)) * 2 + row) * lanes;
        const double* map = work.map_xy + (k * 2 + row) * state_size;
        for (std::size_t i = 0; i < state_size; ++i) b[i] += map[i] * seed[i % lanes];
      }
    solve_periodic(work, Transpose::yes, b, adjoint_.data() + static_cast<std::size_t>(part) * state_size);
  }
}

// After the sweep adjoint_ holds b of the echo.
void AdjointCycle::pass_back_echo() {
  double u[state_size];
  solve_periodic(cycle_storage_.work, Transpose::yes, adjoint_.data(), u);
  std::copy_n(u, state_size, adjoint_.data());
}

PulseSlopes AdjointCycle::backward(const Signals& signal_seeds, const Signals& jacobian_seeds) {
  const kernel::CycleArgs a = args();
  std::fill(slope_.begin(), slope_.end(), 0);
  load_seeds(signal_seeds, jacobian_seeds);
  pass_back_derivatives();
  tables_.sweeps_.backward(a, cycle_storage_.work, adjoint_work_);
  pass_back_echo();
  tables_.sweeps_.backward_echo(a, cycle_storage_.work, adjoint_work_);

  const auto n_pulse = static_cast<Eigen::Index>(cycle_.alpha_rad.size());
  PulseSlopes slopes{Eigen::VectorXd::Zero(n_pulse), Eigen::VectorXd::Zero(n_pulse)};
  for (Eigen::Index k = 1; k < n_pulse; ++k)
    for (std::size_t l = 0; l < n_tissue_; ++l) {
      const double* slope = slope_.data() + k * 2 * lanes + l;
      slopes.alpha[k] += slope[0];
      slopes.trf[k] += slope[lanes];
    }
  return slopes;
}

}  // namespace crbrt::physics
