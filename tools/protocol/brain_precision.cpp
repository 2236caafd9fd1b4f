// Tissue values: Stanisz et al., Magn Reson Med 54:507 (2005), 3 T; their pool ratio f / (1 + f) is our fraction and their
// rate R (1 + f) our exchange rate. CSF as the demo's digital brain has it.
#include "tools/protocol/brain_precision.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "physics/estimand.h"
#include "physics/simulator.h"

namespace crbrt::protocol {
namespace {

struct Reference {
  const char* name;
  double m0_semi_frac, t1_s, t2_free_s, exchange_hz, t2_semi_s;
};
constexpr Reference references[] = {{"white matter", 0.122, 1.084, 0.069, 26, 10.0e-6},
                                    {"grey matter", 0.048, 1.820, 0.099, 42, 9.1e-6},
                                    {"csf", 0.010, 3.000, 0.500, 30, 10.0e-6}};
struct Field {
  double omega0_period;  ///< of pi / TR
  double b1_rel;
};
constexpr Field fields[] = {{0.05, 1.0}, {0.30, 0.85}, {-0.50, 1.15}, {0.75, 0.95}};
constexpr double field_tr_s = 3.5e-3;

std::vector<physics::Tissue> reference_tissues() {
  std::vector<physics::Tissue> tissues;
  for (const Reference& r : references)
    for (const Field& f : fields)
      tissues.push_back({r.m0_semi_frac, 1 / r.t1_s, 1 / r.t2_free_s, r.exchange_hz, 1 / r.t1_s, r.t2_semi_s,
                         f.omega0_period * std::numbers::pi / field_tr_s, f.b1_rel});
  return tissues;
}

/// Left singular vectors of [Re s, Im s] through the small Gram matrix: n_basis is far below n_frame. A sharp cut keeps the
/// leading `rank`. A soft one weights vector i with 1 / (1 + (sigma_rank / sigma_i)^8): where two singular values trade places
/// at a sharp cut the bounds jump, and no search by gradients survives that.
Eigen::MatrixXd leading_vectors(const physics::Signals& signals, Eigen::Index rank, Cut cut) {
  Eigen::MatrixXd x(signals.rows(), 2 * signals.cols());
  x << signals.real(), signals.imag();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x.transpose() * x);  // ascending
  const Eigen::Index kept = std::min(cut == Cut::sharp ? rank : 2 * rank, x.cols());
  const Eigen::VectorXd square = solver.eigenvalues().tail(kept);
  const Eigen::MatrixXd vectors = x * solver.eigenvectors().rightCols(kept) * square.cwiseSqrt().cwiseInverse().asDiagonal();
  if (cut == Cut::sharp) return vectors;
  const Eigen::ArrayXd ratio = square.array() / square[kept - rank];
  return vectors * (1 / (1 + ratio.pow(-4))).sqrt().matrix().asDiagonal();
}

// The pool size is the hardest to measure and two of eight terms only: unweighted, trains give it up for the others.
constexpr double quantity_weight[n_quantity] = {3, 1, 1};

using Squares = std::array<double, n_quantity>;

Squares relative_bounds(const physics::Tissue& tissue, const Eigen::VectorXcd& signal, const Eigen::MatrixXcd& jacobian) {
  const auto bounds = physics::cramer_rao_bound(signal, jacobian, physics::T1Model::apparent);
  Squares relative{};
  for (std::size_t q = 0; q < n_quantity; ++q) {
    const auto estimand = physics::Estimand::from_name(quantity_names[q]);
    const double value = estimand->value(tissue);
    relative[q] = estimand->bound(tissue, bounds.crb, physics::T1Model::apparent) / (value * value);
  }
  return relative;
}

}  // namespace

BrainPrecision::BrainPrecision(const physics::Prior& prior, std::size_t n_basis, Eigen::Index rank)
    : tissues_(reference_tissues()), rank_(rank) {
  for (std::size_t i = 0; i < n_basis; ++i) basis_tissues_.push_back(prior.draw(1, i));
}

std::vector<TissuePrecision> BrainPrecision::measure(const physics::Sequence& sequence, Cut cut) const {
  std::vector<physics::Tissue> all = basis_tissues_;
  all.insert(all.end(), tissues_.begin(), tissues_.end());
  const physics::Simulator simulator(sequence, physics::TissueDomain::of(all));
  physics::Signals signals, jacobian;
  Eigen::MatrixXd basis;
  if (!basis_tissues_.empty()) {
    simulator.simulate(basis_tissues_, signals);
    basis = leading_vectors(signals, rank_, cut);
  }
  simulator.simulate(tissues_, signals, jacobian);

  std::vector<TissuePrecision> result;
  Eigen::Index t = 0;
  for (const Reference& reference : references) {
    TissuePrecision precision{.tissue = reference.name};
    for (std::size_t f = 0; f < std::size(fields); ++f, ++t) {
      const physics::Tissue& tissue = tissues_[static_cast<std::size_t>(t)];
      const auto columns = jacobian.middleCols(t * static_cast<Eigen::Index>(physics::n_parameter), physics::n_parameter);
      const Squares time = relative_bounds(tissue, signals.col(t), columns);
      const Squares compressed = basis_tissues_.empty()
                                     ? time
                                     : relative_bounds(tissue, basis.transpose() * signals.col(t), basis.transpose() * columns);
      for (std::size_t q = 0; q < n_quantity; ++q) {
        precision.time_domain[q] += time[q] / std::size(fields);
        precision.compressed[q] += compressed[q] / std::size(fields);
      }
    }
    for (std::size_t q = 0; q < n_quantity; ++q) {
      precision.time_domain[q] = std::sqrt(precision.time_domain[q]);
      precision.compressed[q] = std::sqrt(precision.compressed[q]);
    }
    result.push_back(std::move(precision));
  }
  return result;
}

double BrainPrecision::cost(const physics::Sequence& sequence, double time_weight) const {
  double sum = 0, n = 0;
  for (const TissuePrecision& precision : measure(sequence, Cut::soft)) {
    for (std::size_t q = 0; q < n_quantity; ++q) {
      if (q == 0 && precision.tissue == "csf") continue;
      const double weight = quantity_weight[q];
      sum +=
          weight * ((1 - time_weight) * std::log(precision.compressed[q]) + time_weight * std::log(precision.time_domain[q]));
      n += weight;
    }
  }
  return sum / n;
}

}  // namespace crbrt::protocol
