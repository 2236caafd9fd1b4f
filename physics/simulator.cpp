// Runs the propagation kernel over batches of tissues: periodic state by a 4x4 solve per lane, then signals and derivatives.
#include "physics/simulator.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "physics/kernel.h"
#include "physics/r2sl.h"

namespace crbrt::physics {
namespace {

using kernel::lanes;
using kernel::n_state;
static_assert(kernel::n_param == static_cast<int>(n_parameter));

const kernel::Functions& best_kernel() {
#ifdef CRBRT_PHYSICS_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kernel::avx2();
#endif
  return kernel::baseline();
}

kernel::Table plain(const Chebyshev2d& t) {
  return {t.x_mid, t.x_half, t.y_mid, t.y_half, t.n_x, t.n_y, t.coefficients.data(), t.row_length.data()};
}

struct CycleTables {
  std::vector<double> log_trf;
  Chebyshev2d rho, z_end;
};

CycleTables make_tables(const Cycle& cycle, const TissueDomain& domain) {
  CycleTables tables;
  PulseRange balanced{1e300, 0, 0};
  for (std::size_t k = 0; k < cycle.trf_s.size(); ++k) {
    tables.log_trf.push_back(std::log(cycle.trf_s[k]));
    if (k == 0 || cycle.alpha_rad[k] == 0) continue;
    balanced.tau_min = std::min(balanced.tau_min, cycle.trf_s[k] / domain.t2_semi_max_s);
    balanced.tau_max = std::max(balanced.tau_max, cycle.trf_s[k] / domain.t2_semi_min_s);
    balanced.theta_max = std::max(balanced.theta_max, cycle.alpha_rad[k] * domain.b1_max_rel);
  }
  if (balanced.tau_max > 0) tables.rho = make_rho_table(balanced);
  tables.z_end = make_z_end_table({cycle.trf_s[0] / domain.t2_semi_max_s, cycle.trf_s[0] / domain.t2_semi_min_s,
                                   cycle.alpha_rad[0] * domain.b1_max_rel});
  return tables;
}

// Storage of kernel::CycleWork for the longest cycle.
class Workspace {
 public:
  Workspace(std::size_t n_pulse, bool with_gradient) {
    const std::size_t gradient = with_gradient ? n_pulse * kernel::n_param * 2 : 0;
    storage_.resize(lanes * (n_pulse * (3 + 2 * n_state + 2 + 2) + n_state * (n_state + 2) + kernel::n_param * n_state + gradient));
    double* next = storage_.data();
    const auto take = [&next](std::size_t n) { return std::exchange(next, next + n * lanes); };
    work = {take(n_pulse * 3), take(n_pulse * 2 * n_state), take(n_pulse * 2), take(n_state * n_state), take(n_state),
            take(n_state), take(kernel::n_param * n_state), take(n_pulse * 2), take(gradient)};
  }
  kernel::CycleWork work;

 private:
  std::vector<double> storage_;
};

using Map = Eigen::Matrix4d;

Map cycle_map(const kernel::CycleWork& w, int lane) {
  Map a;
  for (int i = 0; i < n_state; ++i)
    for (int j = 0; j < n_state; ++j) a(i, j) = w.cycle_map[(i * n_state + j) * lanes + lane];
  return a;
}

Eigen::Vector4d lane_vector(const double* p, int lane) {
  return {p[lane], p[lanes + lane], p[2 * lanes + lane], p[3 * lanes + lane]};
}

// The echo state that one cycle maps to itself: (I - A) m = a; and its derivatives (I - A) dm = dA m + da.
void solve_periodic(const kernel::CycleWork& w, const double* right, double* solution) {
  for (int l = 0; l < lanes; ++l) {
    const Eigen::Vector4d m = (Map::Identity() - cycle_map(w, l)).partialPivLu().solve(lane_vector(right, l));
    for (int i = 0; i < n_state; ++i) solution[i * lanes + l] = m[i];
  }
}

}  // namespace

TissueDomain TissueDomain::of(std::span<const Tissue> tissues) {
  TissueDomain domain{1e300, 0, 0};
  for (const Tissue& t : tissues) {
    domain.t2_semi_min_s = std::min(domain.t2_semi_min_s, t.t2_semi_s);
    domain.t2_semi_max_s = std::max(domain.t2_semi_max_s, t.t2_semi_s);
    domain.b1_max_rel = std::max(domain.b1_max_rel, t.b1_rel);
  }
  return domain;
}

struct Simulator::Impl {
  Sequence sequence;
  TissueDomain domain;
  std::vector<CycleTables> tables;
  const kernel::Functions& run = best_kernel();

  void check(std::span<const Tissue> tissues) const {
    for (const Tissue& t : tissues) {
      if (const std::string_view why = why_invalid(t); !why.empty()) throw std::invalid_argument(std::string(why));
      // The tables are a little wider than the domain; the slack here only absorbs rounding.
      if (t.t2_semi_s < domain.t2_semi_min_s * (1 - 1e-9) || t.t2_semi_s > domain.t2_semi_max_s * (1 + 1e-9) ||
          t.b1_rel > domain.b1_max_rel * (1 + 1e-9))
        throw std::invalid_argument("expected T2s and B1 inside the simulator's tissue domain, found T2s = " +
                                    std::to_string(t.t2_semi_s * 1e6) + " us, B1 = " + std::to_string(t.b1_rel));
    }
  }

  // Calls sink(first tissue, n tissues, first frame, args, work) for every cycle of every group of lanes.
  template <class Sink>
  void for_each_group(std::span<const Tissue> tissues, bool with_gradient, const Sink& sink) const {
    check(tissues);
    std::size_t longest = 0;
    for (const Cycle& c : sequence.cycles) longest = std::max(longest, c.alpha_rad.size());
    Workspace workspace(longest, with_gradient);
    for (std::size_t first = 0; first < tissues.size(); first += lanes) {
      double tissue[kernel::n_param * lanes], log_t2[lanes], dm_0[kernel::n_param * n_state * lanes];
      for (int l = 0; l < lanes; ++l) {
        const Tissue& t = tissues[std::min(first + l, tissues.size() - 1)];  // idle lanes repeat the last tissue
        const auto values = t.values();
        for (int p = 0; p < kernel::n_param; ++p) tissue[p * lanes + l] = values[p];
        log_t2[l] = std::log(t.t2_semi_s);
      }
      std::size_t frame = 0;
      for (std::size_t c = 0; c < sequence.cycles.size(); ++c) {
        const Cycle& cycle = sequence.cycles[c];
        const kernel::CycleArgs args{static_cast<int>(cycle.alpha_rad.size()), sequence.tr_s, cycle.alpha_rad.data(),
                                     cycle.trf_s.data(), tables[c].log_trf.data(), plain(tables[c].rho),
                                     plain(tables[c].z_end), tissue, log_t2};
        kernel::CycleWork& work = workspace.work;
        run.maps(args, work);
        solve_periodic(work, work.cycle_offset, work.state);
        run.signals(args, work);
        if (with_gradient) {
          run.derivatives(args, work);
          for (int p = 0; p < kernel::n_param; ++p)
            solve_periodic(work, work.state_gradient + p * n_state * lanes, dm_0 + p * n_state * lanes);
          run.add_periodic(args, work, dm_0);
        }
        sink(first, std::min<std::size_t>(lanes, tissues.size() - first), frame, args.n_pulse, work);
        frame += cycle.alpha_rad.size();
      }
    }
  }
};

Simulator::Simulator(Sequence sequence, const TissueDomain& domain) : impl_(std::make_unique<Impl>()) {
  if (std::string why = sequence.why_invalid(); !why.empty()) throw std::invalid_argument(why);
  if (!(domain.t2_semi_min_s > 0 && domain.t2_semi_max_s >= domain.t2_semi_min_s && domain.b1_max_rel > 0))
    throw std::invalid_argument("expected a tissue domain with 0 < T2s min <= max and B1 > 0");
  for (const Cycle& cycle : sequence.cycles) impl_->tables.push_back(make_tables(cycle, domain));
  impl_->sequence = std::move(sequence);
  impl_->domain = domain;
}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;

const Sequence& Simulator::sequence() const noexcept { return impl_->sequence; }

namespace {

// Frames of one lane of an echo array [n_pulse][stride][2][lanes], starting at `part`.
void copy_frames(const double* echoes, int n_pulse, int stride, int part, int lane, std::complex<double>* out) {
  for (int k = 0; k < n_pulse; ++k) {
    const double* e = echoes + (static_cast<std::ptrdiff_t>(k) * stride + part) * 2 * lanes + lane;
    out[k] = {e[0], e[lanes]};
  }
}

}  // namespace

void Simulator::simulate(std::span<const Tissue> tissues, Signals& signals) const {
  signals.resize(static_cast<Eigen::Index>(sequence().n_frame()), static_cast<Eigen::Index>(tissues.size()));
  impl_->for_each_group(tissues, false, [&](std::size_t first, std::size_t n, std::size_t frame, int n_pulse, const auto& work) {
    for (std::size_t l = 0; l < n; ++l)
      copy_frames(work.signal, n_pulse, 1, 0, static_cast<int>(l), signals.col(first + l).data() + frame);
  });
}

void Simulator::simulate(std::span<const Tissue> tissues, Signals& signals, Signals& jacobian) const {
  const auto n_frame = static_cast<Eigen::Index>(sequence().n_frame());
  signals.resize(n_frame, static_cast<Eigen::Index>(tissues.size()));
  jacobian.resize(n_frame, static_cast<Eigen::Index>(tissues.size() * n_parameter));
  impl_->for_each_group(tissues, true, [&](std::size_t first, std::size_t n, std::size_t frame, int n_pulse, const auto& work) {
    for (std::size_t l = 0; l < n; ++l) {
      copy_frames(work.signal, n_pulse, 1, 0, static_cast<int>(l), signals.col(first + l).data() + frame);
      for (std::size_t p = 0; p < n_parameter; ++p)
        copy_frames(work.gradient, n_pulse, kernel::n_param, static_cast<int>(p), static_cast<int>(l),
                    jacobian.col((first + l) * n_parameter + p).data() + frame);
    }
  });
}

namespace {

void check_basis(const Eigen::MatrixXd& basis, std::size_t n_frame) {
  if (static_cast<std::size_t>(basis.rows()) != n_frame)
    throw std::invalid_argument("expected a basis of " + std::to_string(n_frame) + " frames, found " +
                                std::to_string(basis.rows()));
}

// [rank, columns] of one cycle's echoes: every double column of [n_pulse][columns] projected on the cycle's basis rows.
Eigen::MatrixXd project(const double* echoes, int columns, const Eigen::Ref<const Eigen::MatrixXd>& basis_rows) {
  const Eigen::Map<const Eigen::MatrixXd> frames(echoes, columns, basis_rows.rows());
  return basis_rows.transpose() * frames.transpose();
}

}  // namespace

void Simulator::simulate_projected(std::span<const Tissue> tissues, const Eigen::MatrixXd& basis, Signals& coefficients) const {
  check_basis(basis, sequence().n_frame());
  coefficients.setZero(basis.cols(), static_cast<Eigen::Index>(tissues.size()));
  impl_->for_each_group(tissues, false, [&](std::size_t first, std::size_t n, std::size_t frame, int n_pulse, const auto& work) {
    const Eigen::MatrixXd c = project(work.signal, 2 * lanes, basis.middleRows(frame, n_pulse));
    for (std::size_t l = 0; l < n; ++l) {
      coefficients.col(first + l).real() += c.col(l);
      coefficients.col(first + l).imag() += c.col(lanes + l);
    }
  });
}

void Simulator::simulate_projected(std::span<const Tissue> tissues, const Eigen::MatrixXd& basis, Signals& coefficients,
                                   Signals& jacobian) const {
  check_basis(basis, sequence().n_frame());
  coefficients.setZero(basis.cols(), static_cast<Eigen::Index>(tissues.size()));
  jacobian.setZero(basis.cols(), static_cast<Eigen::Index>(tissues.size() * n_parameter));
  impl_->for_each_group(tissues, true, [&](std::size_t first, std::size_t n, std::size_t frame, int n_pulse, const auto& work) {
    const auto rows = basis.middleRows(frame, n_pulse);
    const Eigen::MatrixXd c = project(work.signal, 2 * lanes, rows);
    const Eigen::MatrixXd d = project(work.gradient, kernel::n_param * 2 * lanes, rows);
    for (std::size_t l = 0; l < n; ++l) {
      coefficients.col(first + l).real() += c.col(l);
      coefficients.col(first + l).imag() += c.col(lanes + l);
      for (std::size_t p = 0; p < n_parameter; ++p) {
        jacobian.col((first + l) * n_parameter + p).real() += d.col(p * 2 * lanes + l);
        jacobian.col((first + l) * n_parameter + p).imag() += d.col(p * 2 * lanes + lanes + l);
      }
    }
  });
}

}  // namespace crbrt::physics
