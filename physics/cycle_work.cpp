// Choice of kernel, storage of a cycle, and 4x4 solves per lane.
#include "physics/cycle_work.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include "physics/r2sl.h"

namespace crbrt::physics {

using kernel::lanes;
using kernel::n_state;
static_assert(kernel::n_param == static_cast<int>(n_parameter));

const kernel::Functions& best_kernel() {
#ifdef CRBRT_PHYSICS_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kernel::avx2();
#endif
  return kernel::baseline();
}

kernel::Table plain_table(const Chebyshev2d& t) {
  return {t.x_mid, t.x_half, t.y_mid, t.y_half, t.n_x, t.n_y, t.coefficients.data(), t.row_length.data()};
}

CycleStorage::CycleStorage(std::size_t n_pulse, bool with_gradient) {
  const std::size_t gradient = with_gradient ? n_pulse * kernel::n_param * 2 : 0;
  storage_.resize(lanes *
                  (n_pulse * (3 + 2 * n_state + 2 + 2) + n_state * (n_state + 2) + kernel::n_param * n_state + gradient));
  double* next = storage_.data();
  const auto take = [&next](std::size_t n) { return std::exchange(next, next + n * lanes); };
  work = {take(n_pulse * 3), take(n_pulse * 2 * n_state),     take(n_pulse * 2), take(n_state * n_state), take(n_state),
          take(n_state),     take(kernel::n_param * n_state), take(n_pulse * 2), take(gradient)};
}

LaneTissues::LaneTissues(std::span<const Tissue> tissues, std::span<const std::size_t> members) {
  for (int l = 0; l < lanes; ++l) {
    const Tissue& t = tissues[members[std::min<std::size_t>(l, members.size() - 1)]];
    const auto all = t.values();
    for (int p = 0; p < kernel::n_param; ++p) values[p * lanes + l] = all[p];
    log_t2_semi[l] = std::log(t.t2_semi_s);
  }
}

void solve_periodic(const kernel::CycleWork& w, Transpose transpose, const double* right, double* solution) {
  for (int l = 0; l < lanes; ++l) {
    Eigen::Matrix4d one_minus_a = Eigen::Matrix4d::Identity();
    Eigen::Vector4d b;
    for (int i = 0; i < n_state; ++i) {
      b[i] = right[i * lanes + l];
      for (int j = 0; j < n_state; ++j) one_minus_a(i, j) -= w.cycle_map[(i * n_state + j) * lanes + l];
    }
    if (transpose == Transpose::yes) one_minus_a.transposeInPlace();
    const Eigen::Vector4d m = one_minus_a.partialPivLu().solve(b);
    for (int i = 0; i < n_state; ++i) solution[i * lanes + l] = m[i];
  }
}

namespace {

void run_cycle(const kernel::Functions& run, const kernel::CycleArgs& args, kernel::CycleWork& work, bool with_gradient) {
  run.maps(args, work);
  solve_periodic(work, Transpose::no, work.cycle_offset, work.state);
  run.signals(args, work);
  if (!with_gradient) return;
  run.derivatives(args, work);
  double dm_0[kernel::n_param * kernel::n_state * kernel::lanes];
  for (int p = 0; p < kernel::n_param; ++p) {
    const int at = p * kernel::n_state * kernel::lanes;
    solve_periodic(work, Transpose::no, work.state_gradient + at, dm_0 + at);
  }
  run.add_periodic(args, work, dm_0);
}

}  // namespace

void CycleRunner::make_tables() {
  PulseRange balanced{1e300, 0, 0}, inversion = balanced;
  for (const Cycle& cycle : sequence_.cycles) {
    std::vector<double>& log_trf = log_trf_.emplace_back();
    for (std::size_t k = 0; k < cycle.trf_s.size(); ++k) {
      log_trf.push_back(std::log(cycle.trf_s[k]));
      if (k > 0 && cycle.alpha_rad[k] == 0) continue;
      PulseRange& range = k == 0 ? inversion : balanced;
      range.tau_min = std::min(range.tau_min, cycle.trf_s[k] / domain_.t2_semi_max_s);
      range.tau_max = std::max(range.tau_max, cycle.trf_s[k] / domain_.t2_semi_min_s);
      range.theta_max = std::max(range.theta_max, cycle.alpha_rad[k] * domain_.b1_max_rel);
    }
  }
  if (balanced.tau_max > 0) rho_ = make_rho_table(balanced);
  z_end_ = make_z_end_table(inversion);
  rho_max_ = largest_rho(sequence_, rho_, domain_);
  usual_plan_.emplace(sequence_, rho_max_, domain_.b1_max_rel, RateClass{});
}

CycleRunner::CycleRunner(Sequence sequence, const TissueDomain& domain)
    : sequence_(std::move(sequence)), domain_(domain), kernel_(best_kernel()) {
  if (std::string why = sequence_.why_invalid(); !why.empty()) throw std::invalid_argument(why);
  if (!(domain.t2_semi_min_s > 0 && domain.t2_semi_max_s >= domain.t2_semi_min_s && domain.b1_max_rel > 0))
    throw std::invalid_argument("expected a tissue domain with 0 < T2s min <= max and B1 > 0");
  make_tables();
}

void CycleRunner::check(std::span<const Tissue> tissues) const {
  for (const Tissue& t : tissues) {
    if (const std::string_view why = why_invalid(t); !why.empty()) throw std::invalid_argument(std::string(why));
    // The tables are a little wider than the domain; the slack here only absorbs rounding.
    if (t.t2_semi_s < domain_.t2_semi_min_s * (1 - 1e-9) || t.t2_semi_s > domain_.t2_semi_max_s * (1 + 1e-9) ||
        t.b1_rel > domain_.b1_max_rel * (1 + 1e-9))
      throw std::invalid_argument("expected T2s and B1 inside the simulator's tissue domain, found T2s = " +
                                  std::to_string(t.t2_semi_s * 1e6) + " us, B1 = " + std::to_string(t.b1_rel));
  }
}

void CycleRunner::run_group(const SeriesPlan& plan, std::span<const Tissue> tissues, std::span<const std::size_t> members,
                            bool with_gradient, CycleStorage& storage, const Sink& sink) const {
  const LaneTissues lane_tissues(tissues, members);
  std::size_t frame = 0;
  for (std::size_t c = 0; c < sequence_.cycles.size(); ++c) {
    const Cycle& cycle = sequence_.cycles[c];
    const kernel::CycleArgs args{static_cast<int>(cycle.alpha_rad.size()),
                                 sequence_.tr_s,
                                 cycle.alpha_rad.data(),
                                 cycle.trf_s.data(),
                                 log_trf_[c].data(),
                                 plain_table(rho_),
                                 plain_table(z_end_),
                                 lane_tissues.values,
                                 lane_tissues.log_t2_semi,
                                 plan.pulse[c].data(),
                                 plan.closed_form};
    run_cycle(kernel_, args, storage.work, with_gradient);
    sink({members, frame, args.n_pulse, storage.work.signal, with_gradient ? storage.work.gradient : nullptr});
    frame += cycle.alpha_rad.size();
  }
}

void CycleRunner::run(std::span<const Tissue> tissues, bool with_gradient, const Sink& sink) const {
  check(tissues);
  std::size_t longest = 0;
  for (const Cycle& c : sequence_.cycles) longest = std::max(longest, c.alpha_rad.size());
  CycleStorage storage(longest, with_gradient);
  std::map<int, std::vector<std::size_t>> by_class;
  for (std::size_t t = 0; t < tissues.size(); ++t) by_class[RateClass::of(tissues[t]).index].push_back(t);
  for (const auto& [index, all] : by_class) {
    std::optional<SeriesPlan> unusual;
    if (index != 0) unusual.emplace(sequence_, rho_max_, domain_.b1_max_rel, RateClass{index});
    const SeriesPlan& plan = unusual ? *unusual : *usual_plan_;
    for (std::size_t first = 0; first < all.size(); first += kernel::lanes)
      run_group(plan, tissues, std::span(all).subspan(first, std::min<std::size_t>(kernel::lanes, all.size() - first)),
                with_gradient, storage, sink);
  }
}

}  // namespace crbrt::physics
