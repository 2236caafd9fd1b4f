// SPDX-License-Identifier: Apache-2.0
// Choice of kernel, storage of a cycle, and 4x4 solves per lane.
#include "physics/cycle_work.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include "physics/r2sl.h"

namespace crbrt::physics {

using kernel::lanes_of;
using kernel::n_state;
static_assert(kernel::n_param == static_cast<int>(n_parameter));

namespace {

bool has_avx2() {
#ifdef CRBRT_PHYSICS_AVX2
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace

#ifdef CRBRT_PHYSICS_AVX2
template <>
const kernel::Functions<double>& best_kernel() {
  return has_avx2() ? kernel::avx2_double() : kernel::baseline_double();
}
template <>
const kernel::Functions<float>& best_kernel() {
  return has_avx2() ? kernel::avx2_single() : kernel::baseline_single();
}
const kernel::AdjointFunctions& best_adjoint() { return has_avx2() ? kernel::avx2_adjoint() : kernel::baseline_adjoint(); }
#else
template <>
const kernel::Functions<double>& best_kernel() {
  return kernel::baseline_double();
}
template <>
const kernel::Functions<float>& best_kernel() {
  return kernel::baseline_single();
}
const kernel::AdjointFunctions& best_adjoint() { return kernel::baseline_adjoint(); }
#endif

kernel::Table plain_table(const Chebyshev2d& t) {
  return {t.x_mid, t.x_half, t.y_mid, t.y_half, t.n_x, t.n_y, t.coefficients.data(), t.row_length.data()};
}

template <typename Real>
CycleStorage<Real>::CycleStorage(std::size_t n_pulse, bool with_gradient) {
  const std::size_t gradient = with_gradient ? n_pulse * kernel::n_param * 2 : 0;
  storage_.resize(lanes_of<Real> *
                  (n_pulse * (3 + 2 * n_state + 2 + 2) + n_state * (n_state + 2) + kernel::n_param * n_state + gradient));
  Real* next = storage_.data();
  const auto take = [&next](std::size_t n) { return std::exchange(next, next + n * lanes_of<Real>); };
  work = {take(n_pulse * 3), take(n_pulse * 2 * n_state),     take(n_pulse * 2), take(n_state * n_state), take(n_state),
          take(n_state),     take(kernel::n_param * n_state), take(n_pulse * 2), take(gradient)};
}

template <typename Real>
LaneTissues<Real>::LaneTissues(std::span<const Tissue> tissues, std::span<const std::size_t> members) {
  constexpr int lanes = lanes_of<Real>;
  for (int l = 0; l < lanes; ++l) {
    const Tissue& t = tissues[members[std::min<std::size_t>(l, members.size() - 1)]];
    const auto all = t.values();
    for (int p = 0; p < kernel::n_param; ++p) values[p * lanes + l] = static_cast<Real>(all[p]);
    log_t2_semi[l] = static_cast<Real>(std::log(t.t2_semi_s));
  }
}

template <typename Real>
void solve_periodic(const kernel::BasicCycleWork<Real>& w, Transpose transpose, const Real* right, Real* solution) {
  constexpr int lanes = lanes_of<Real>;
  for (int l = 0; l < lanes; ++l) {
    Eigen::Matrix4d one_minus_a = Eigen::Matrix4d::Identity();
    Eigen::Vector4d b;
    for (int i = 0; i < n_state; ++i) {
      b[i] = right[i * lanes + l];
      for (int j = 0; j < n_state; ++j) one_minus_a(i, j) -= w.cycle_map[(i * n_state + j) * lanes + l];
    }
    if (transpose == Transpose::yes) one_minus_a.transposeInPlace();
    const Eigen::Vector4d m = one_minus_a.partialPivLu().solve(b);
    for (int i = 0; i < n_state; ++i) solution[i * lanes + l] = static_cast<Real>(m[i]);
  }
}

namespace {

template <typename Real>
void run_cycle(const kernel::Functions<Real>& run, const kernel::BasicCycleArgs<Real>& args, kernel::BasicCycleWork<Real>& work,
               bool with_gradient) {
  run.maps(args, work);
  solve_periodic(work, Transpose::no, work.cycle_offset, work.state);
  run.signals(args, work);
  if (!with_gradient) return;
  run.derivatives(args, work);
  Real dm_0[kernel::n_param * kernel::n_state * lanes_of<Real>];
  for (int p = 0; p < kernel::n_param; ++p) {
    const int at = p * kernel::n_state * lanes_of<Real>;
    solve_periodic(work, Transpose::no, work.state_gradient + at, dm_0 + at);
  }
  run.add_periodic(args, work, dm_0);
}

template <typename To>
std::vector<To> converted(const std::vector<double>& from) {
  return {from.begin(), from.end()};
}

}  // namespace

SequenceTables::SequenceTables(Sequence sequence_in, const TissueDomain& domain_in)
    : sequence(std::move(sequence_in)), domain(domain_in) {
  if (std::string why = sequence.why_invalid(); !why.empty()) throw std::invalid_argument(why);
  if (!(domain.t2_semi_min_s > 0 && domain.t2_semi_max_s >= domain.t2_semi_min_s && domain.b1_max_rel > 0))
    throw std::invalid_argument("expected a tissue domain with 0 < T2s min <= max and B1 > 0");
  PulseRange balanced{1e300, 0, 0}, inversion = balanced;
  for (const Cycle& cycle : sequence.cycles)
    for (std::size_t k = 0; k < cycle.trf_s.size(); ++k) {
      if (k > 0 && cycle.alpha_rad[k] == 0) continue;
      PulseRange& range = k == 0 ? inversion : balanced;
      range.tau_min = std::min(range.tau_min, cycle.trf_s[k] / domain.t2_semi_max_s);
      range.tau_max = std::max(range.tau_max, cycle.trf_s[k] / domain.t2_semi_min_s);
      range.theta_max = std::max(range.theta_max, cycle.alpha_rad[k] * domain.b1_max_rel);
    }
  if (balanced.tau_max > 0) rho = make_rho_table(balanced);
  z_end = make_z_end_table(inversion);
  rho_max = largest_rho(sequence, rho, domain);
}

void SequenceTables::check(std::span<const Tissue> tissues) const {
  for (const Tissue& t : tissues) {
    if (const std::string_view why = why_invalid(t); !why.empty()) throw std::invalid_argument(std::string(why));
    // The tables are a little wider than the domain; the slack here only absorbs rounding.
    if (t.t2_semi_s < domain.t2_semi_min_s * (1 - 1e-9) || t.t2_semi_s > domain.t2_semi_max_s * (1 + 1e-9) ||
        t.b1_rel > domain.b1_max_rel * (1 + 1e-9))
      throw std::invalid_argument("expected T2s and B1 inside the simulator's tissue domain, found T2s = " +
                                  std::to_string(t.t2_semi_s * 1e6) + " us, B1 = " + std::to_string(t.b1_rel));
  }
}

template <typename Real>
CycleRunner<Real>::Table::Table(const Chebyshev2d& t)
    : coefficients(converted<Real>(t.coefficients)), plain{static_cast<Real>(t.x_mid),
                                                           static_cast<Real>(t.x_half),
                                                           static_cast<Real>(t.y_mid),
                                                           static_cast<Real>(t.y_half),
                                                           t.n_x,
                                                           t.n_y,
                                                           coefficients.data(),
                                                           t.row_length.data()} {}

template <typename Real>
CycleRunner<Real>::CycleRunner(const SequenceTables& tables)
    : tables_(tables),
      rho_(tables.rho),
      z_end_(tables.z_end),
      usual_plan_(tables.sequence, tables.rho_max, tables.domain.b1_max_rel, RateClass{}, series_tolerance<Real>),
      kernel_(best_kernel<Real>()) {
  for (const Cycle& cycle : tables.sequence.cycles) {
    Pulses& pulses = cycles_.emplace_back(Pulses{converted<Real>(cycle.alpha_rad), converted<Real>(cycle.trf_s), {}});
    for (const double trf_s : cycle.trf_s) pulses.log_trf.push_back(static_cast<Real>(std::log(trf_s)));
  }
}

template <typename Real>
void CycleRunner<Real>::run_group(const SeriesPlan& plan, std::span<const Tissue> tissues, std::span<const std::size_t> members,
                                  bool with_gradient, CycleStorage<Real>& storage, const Sink& sink) const {
  const LaneTissues<Real> lane_tissues(tissues, members);
  std::size_t frame = 0;
  for (std::size_t c = 0; c < cycles_.size(); ++c) {
    const Pulses& pulses = cycles_[c];
    const kernel::BasicCycleArgs<Real> args{static_cast<int>(pulses.alpha_rad.size()),
                                            static_cast<Real>(tables_.sequence.tr_s),
                                            pulses.alpha_rad.data(),
                                            pulses.trf_s.data(),
                                            pulses.log_trf.data(),
                                            rho_.plain,
                                            z_end_.plain,
                                            lane_tissues.values,
                                            lane_tissues.log_t2_semi,
                                            plan.pulse[c].data(),
                                            plan.closed_form};
    run_cycle(kernel_, args, storage.work, with_gradient);
    sink({members, frame, args.n_pulse, storage.work.signal, with_gradient ? storage.work.gradient : nullptr});
    frame += pulses.alpha_rad.size();
  }
}

template <typename Real>
void CycleRunner<Real>::run(std::span<const Tissue> tissues, bool with_gradient, const Sink& sink) const {
  tables_.check(tissues);
  constexpr auto lanes = static_cast<std::size_t>(lanes_of<Real>);
  std::size_t longest = 0;
  for (const Pulses& pulses : cycles_) longest = std::max(longest, pulses.alpha_rad.size());
  CycleStorage<Real> storage(longest, with_gradient);
  std::map<int, std::vector<std::size_t>> by_class;
  for (std::size_t t = 0; t < tissues.size(); ++t) by_class[RateClass::of(tissues[t]).index].push_back(t);
  for (const auto& [index, all] : by_class) {
    std::optional<SeriesPlan> unusual;
    if (index != 0)
      unusual.emplace(tables_.sequence, tables_.rho_max, tables_.domain.b1_max_rel, RateClass{index}, series_tolerance<Real>);
    const SeriesPlan& plan = unusual ? *unusual : usual_plan_;
    for (std::size_t first = 0; first < all.size(); first += lanes)
      run_group(plan, tissues, std::span(all).subspan(first, std::min(lanes, all.size() - first)), with_gradient, storage,
                sink);
  }
}

template class CycleStorage<double>;
template class CycleStorage<float>;
template struct LaneTissues<double>;
template struct LaneTissues<float>;
template void solve_periodic(const kernel::BasicCycleWork<double>&, Transpose, const double*, double*);
template void solve_periodic(const kernel::BasicCycleWork<float>&, Transpose, const float*, float*);
template class CycleRunner<double>;
template class CycleRunner<float>;

}  // namespace crbrt::physics
