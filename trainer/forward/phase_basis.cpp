// SPDX-License-Identifier: Apache-2.0
// With a real basis a function of the off-resonance is v(phi) = sum_k a_k exp(i (k + h) phi) with real a_k, k from -M to M - 1,
// and h = 1/2 where it changes its sign from period to period, else 0. M values in the middle of equal parts of half a period
// tell these 2 M numbers. Products of functions are those of their amplitudes, so singular vectors of amplitudes are those of
// the functions; a set with fewer off-resonances has zeros outside. The spline through v has the control points sum_k a_k exp(i
// (k + h) phi_i) / s_k, s_k what splines of such points leave of a harmonic.
#include "trainer/forward/phase_basis.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <complex>
#include <numbers>

#include "base/error.h"
#include "trainer/forward/forward_data.h"

namespace crbrt::trainer {
namespace {

using std::numbers::pi;

/// Tissues that were simulated at the same off-resonances, all of them.
struct Grid {
  std::size_t n_phase = 0;
  std::vector<Eigen::Index> first;  ///< fingerprint of each whole tissue
};

bool is_same_tissue(const physics::Tissue& a, const physics::Tissue& b) {
  physics::Tissue moved = b;
  moved.omega0_rad_s = a.omega0_rad_s;
  return a.values() == moved.values();
}

/// Where off-resonance m of n lies, as crbrt-simulate --off-resonances has it.
bool is_at(const physics::Tissue& tissue, std::size_t m, std::size_t n, double tr_s) {
  const double expected = (static_cast<double>(m) + 0.5) / static_cast<double>(n) * pi / tr_s;
  return std::abs(tissue.omega0_rad_s - expected) <= 1e-9 * pi / tr_s;
}

/// The first tissue tells how many off-resonances there are: those that follow one another, up to the next tissue.
Grid find_grid(const physics::Dataset& set) {
  Grid grid;
  const std::vector<physics::Tissue>& tissues = set.tissues;
  std::size_t longest = 0;
  for (std::size_t i = 0, begin = 0; i < tissues.size(); ++i) {
    if (i > 0 && !is_same_tissue(tissues[begin], tissues[i])) begin = i;
    longest = std::max(longest, i - begin + 1);
  }
  grid.n_phase = longest;
  for (std::size_t i = 0; i + longest <= tissues.size(); ++i) {
    bool is_whole = true;
    for (std::size_t m = 0; m < longest && is_whole; ++m)
      is_whole = is_same_tissue(tissues[i], tissues[i + m]) && is_at(tissues[i + m], m, longest, set.tr_s);
    if (is_whole) grid.first.push_back(static_cast<Eigen::Index>(i));
  }
  return grid;
}

/// exp(-i (k + h) phi_m) / M for harmonics k and middles m [2 M, M].
Eigen::MatrixXcd to_amplitudes(Eigen::Index n_phase, double h) {
  Eigen::MatrixXcd to(2 * n_phase, n_phase);
  const auto n = static_cast<double>(n_phase);
  for (Eigen::Index k = 0; k < to.rows(); ++k)
    for (Eigen::Index m = 0; m < n_phase; ++m)
      to(k, m) = std::polar(1 / n, -(static_cast<double>(k - n_phase) + h) * (static_cast<double>(m) + 0.5) * pi / n);
  return to;
}

/// From harmonics to control points [n_interval + 3, 2 M].
Eigen::MatrixXcd to_points(Eigen::Index n_harmonic, Eigen::Index n_interval, double h) {
  Eigen::MatrixXcd to(n_interval + 3, n_harmonic);
  const auto n = static_cast<double>(n_interval);
  for (Eigen::Index k = 0; k < n_harmonic; ++k) {
    const double f = static_cast<double>(k - n_harmonic / 2) + h, kept = (4 + 2 * std::cos(f * pi / n)) / 6;
    for (Eigen::Index i = 0; i < n_interval + 3; ++i) to(i, k) = std::polar(1 / kept, f * static_cast<double>(i - 1) * pi / n);
  }
  return to;
}

/// Singular vectors times singular values over the root of the number of tissues [rank, columns], the largest first.
Eigen::MatrixXd leading(const Eigen::MatrixXd& rows, Eigen::Index rank) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(rows * rows.transpose());
  const Eigen::MatrixXd vectors = solver.eigenvectors().rightCols(rank).rowwise().reverse();
  return vectors.transpose() * rows / std::sqrt(static_cast<double>(rows.rows()));
}

}  // namespace

void PhaseBasis::add(const physics::Dataset& set, const std::string& file) {
  if (set.sequence_sha256 != training_.sequence_sha256)
    throw base::DisagreementError(file, "the sequence of the training set, " + training_.sequence_sha256, set.sequence_sha256);
  if (!is_same(identity_of(set.basis), identity_of(training_.basis)))
    throw base::DisagreementError(file, "the basis of the training set, " + training_.basis_sha256, set.basis_sha256);
  const Grid grid = find_grid(set);
  if (grid.n_phase < 2 || grid.first.empty())
    throw base::DisagreementError(file, "tissues at the same off-resonances (crbrt-simulate --off-resonances)", "none");
  const auto n_phase = static_cast<Eigen::Index>(grid.n_phase);
  const Eigen::MatrixXcd to = to_amplitudes(n_phase, config_.is_antiperiodic ? 0.5 : 0);
  for (const Eigen::Index first : grid.first)
    amplitudes_.emplace_back((to * set.coefficients.middleCols(first, n_phase).transpose() * forward_snr).real());
}

std::vector<float> PhaseBasis::table(const std::string& file) const {
  const auto rank = static_cast<Eigen::Index>(config_.table->rank),
             n_interval = static_cast<Eigen::Index>(config_.table->intervals);
  const auto n_tissue = static_cast<Eigen::Index>(amplitudes_.size()), n_coeff = training_.coefficients.rows();
  if (n_tissue < rank)
    throw base::DisagreementError(file, "at least " + std::to_string(rank) + " tissues for a table of that rank",
                                  std::to_string(n_tissue));
  Eigen::Index n_harmonic = 0;
  for (const Eigen::MatrixXd& a : amplitudes_) n_harmonic = std::max(n_harmonic, a.rows());
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(n_tissue, n_harmonic * n_coeff);
  for (Eigen::Index t = 0; t < n_tissue; ++t) {
    const Eigen::MatrixXd& a = amplitudes_[static_cast<std::size_t>(t)];
    for (Eigen::Index c = 0; c < n_coeff; ++c)
      rows.row(t).segment(c * n_harmonic + (n_harmonic - a.rows()) / 2, a.rows()) = a.col(c).transpose();
  }
  const Eigen::MatrixXd functions = leading(rows, rank);
  const Eigen::MatrixXcd to = to_points(n_harmonic, n_interval, config_.is_antiperiodic ? 0.5 : 0);
  std::vector<float> table(static_cast<std::size_t>((n_interval + 3) * 2 * n_coeff * rank));
  for (Eigen::Index r = 0; r < rank; ++r)
    for (Eigen::Index c = 0; c < n_coeff; ++c) {
      const Eigen::VectorXcd points = to * functions.row(r).segment(c * n_harmonic, n_harmonic).transpose();
      for (Eigen::Index i = 0; i < n_interval + 3; ++i) {
        table[static_cast<std::size_t>((i * 2 * n_coeff + c) * rank + r)] = static_cast<float>(points[i].real());
        table[static_cast<std::size_t>((i * 2 * n_coeff + n_coeff + c) * rank + r)] = static_cast<float>(points[i].imag());
      }
    }
  return table;
}

}  // namespace crbrt::trainer
