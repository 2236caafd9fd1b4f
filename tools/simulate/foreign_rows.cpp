// SPDX-License-Identifier: Apache-2.0
// What can be said against the rows of a dictionary without knowing its simulator: numbers that are none, rows that come twice,
// and derivatives that do not lead from one row to the next.
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/number_text.h"
#include "tools/simulate/foreign_file.h"

namespace crbrt::simulate {
namespace {

bool is_finite(const ForeignFile& file, Eigen::Index i) {
  return file.parameters.col(i).allFinite() && file.signals.col(i).allFinite() &&
         (file.derivatives.size() == 0 || file.derivatives_of(i).allFinite()) &&
         (file.crb.size() == 0 || !file.crb.col(i).hasNaN());
}

/// -1, 0 or 1, bit by bit apart from the sign of zero.
template <class Column>
int compare(const Column& a, const Column& b) {
  for (Eigen::Index k = 0; k < a.size(); ++k)
    if (a[k] != b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}

/// The rows without those whose parameters and signal an earlier row has; `n_other` receives how many rows have the parameters
/// of another one, and another signal.
std::vector<Eigen::Index> without_duplicates(const ForeignFile& file, std::size_t& n_other) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(file.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return compare(file.parameters.col(a), file.parameters.col(b)) < 0; });
  std::vector<Eigen::Index> kept;
  for (std::size_t first = 0, next = 0; first < order.size(); first = next) {
    const std::size_t n_before = kept.size();
    for (next = first; next < order.size(); ++next) {
      if (compare(file.parameters.col(order[first]), file.parameters.col(order[next])) != 0) break;
      const bool is_known = std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(n_before), kept.end(),
                                        [&](Eigen::Index k) { return file.signals.col(k) == file.signals.col(order[next]); });
      if (is_known) continue;
      if (kept.size() > n_before) ++n_other;
      kept.push_back(order[next]);
    }
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

Unusable drop_unusable(ForeignFile& file, base::Warnings& warnings) {
  const auto dropped_but = [&](const std::vector<Eigen::Index>& kept) {
    const std::vector<std::uint64_t> before = file.rows;
    file.keep(kept);
    std::vector<std::uint64_t> dropped;
    std::set_difference(before.begin(), before.end(), file.rows.begin(), file.rows.end(), std::back_inserter(dropped));
    return dropped;
  };
  Unusable dropped;
  std::vector<Eigen::Index> finite;
  for (Eigen::Index i = 0; i < file.size(); ++i)
    if (is_finite(file, i)) finite.push_back(i);
  dropped.not_finite = dropped_but(finite);
  std::size_t n_other = 0;
  dropped.duplicate = dropped_but(without_duplicates(file, n_other));
  if (n_other > 0)
    warnings.add(file.path + ": " + std::to_string(n_other) +
                 " fingerprints have the parameters of another one and another signal: does something vary that is not in "
                 "/parameters?");
  for (std::size_t p = 0; p < file.names.size() && file.size() > 0; ++p) {
    const auto values = file.parameters.row(static_cast<Eigen::Index>(p));
    if (values.minCoeff() == values.maxCoeff())
      warnings.add(file.path + ": " + file.names[p] + " is " + base::number_text(values[0], "%g") + " in all fingerprints");
  }
  return dropped;
}

// Derivatives against differences.
//
// From a fingerprint to a near one the signal changes by sum_p (J_p(i) + J_p(j)) / 2 dtheta_p, up to the third order. Where J
// is in another unit, the p-th term has to be multiplied by a factor f_p first. All f come from least squares over the pairs of
// a group; the groups say whether they are to be believed.

namespace {

constexpr std::size_t n_group = 9, n_start = 288;  // 32 fingerprints a group
constexpr double suspicious = 5;                   // no unit differs from another by less, but 2 pi does by more

/// The nearest fingerprint of which most of the way is along parameter p, for every p.
std::vector<Eigen::Index> neighbours(const Eigen::MatrixXd& scaled, Eigen::Index from) {
  const Eigen::Index n_parameter = scaled.rows();
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(n_parameter), -1);
  std::vector<double> distance(nearest.size(), std::numeric_limits<double>::infinity());
  for (Eigen::Index j = 0; j < scaled.cols(); ++j) {
    const auto way = (scaled.col(j) - scaled.col(from)).array().square();
    const double total = way.sum();
    if (total == 0) continue;
    for (Eigen::Index p = 0; p < n_parameter; ++p) {
      const auto at = static_cast<std::size_t>(p);
      if (way[p] < total / 2 || total >= distance[at]) continue;
      distance[at] = total;
      nearest[at] = j;
    }
  }
  return nearest;
}

/// Of one group of pairs: normal equations of the factors.
struct Equations {
  Eigen::MatrixXd left;
  Eigen::VectorXd right;

  /// Zero for a parameter that no pair moves along.
  Eigen::VectorXd solution() const {
    Eigen::VectorXd scale = left.diagonal().cwiseSqrt();
    for (double& s : scale) s = s > 0 ? 1 / s : 0;  // parameters have units of any size
    const Eigen::MatrixXd scaled = scale.asDiagonal() * left * scale.asDiagonal();
    return scale.cwiseProduct(scaled.completeOrthogonalDecomposition().solve(scale.cwiseProduct(right)));
  }
};

void add_pair(const ForeignFile& file, Eigen::Index i, Eigen::Index j, Equations& to) {
  const Eigen::VectorXcd change = file.signals.col(j) - file.signals.col(i);
  const double norm = change.norm();
  if (!(norm > 0)) return;
  Eigen::MatrixXcd terms = (file.derivatives_of(i) + file.derivatives_of(j)) / 2;
  for (Eigen::Index p = 0; p < terms.cols(); ++p) {
    const Eigen::Index row = *file.row_of(file.unknowns[static_cast<std::size_t>(p)]);
    terms.col(p) *= (file.parameters(row, j) - file.parameters(row, i)) / norm;
  }
  to.left += (terms.adjoint() * terms).real();
  to.right += (terms.adjoint() * change).real() / norm;
}

/// Two digits, which is more than the differences tell: "1000", "6.3".
std::string factor_text(double factor) {
  const double digit = std::pow(10, std::floor(std::log10(factor)) - 1);
  return base::number_text(std::round(factor / digit) * digit, "%g");
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

void expect_consistent_derivatives(const ForeignFile& file) {
  // What is known varies without a derivative, and its share of a change would be taken for that of another parameter.
  if (file.derivatives.size() == 0 || file.unknowns.size() != file.names.size() ||
      file.derivatives.rows() != file.signals.rows() || file.size() < 2)
    return;
  const Eigen::VectorXd mean = file.parameters.rowwise().mean();
  const Eigen::VectorXd spread = (file.parameters.colwise() - mean).rowwise().norm() / std::sqrt(file.size());
  const Eigen::MatrixXd scaled =
      spread.cwiseMax(std::numeric_limits<double>::min()).cwiseInverse().asDiagonal() * (file.parameters.colwise() - mean);
  const Eigen::Index n = file.n_unknown();
  std::vector<std::vector<double>> factors(static_cast<std::size_t>(n));
  const auto n_used = static_cast<Eigen::Index>(std::min<std::size_t>(n_start, static_cast<std::size_t>(file.size())));
  for (std::size_t group = 0; group < n_group; ++group) {
    Equations equations{Eigen::MatrixXd::Zero(n, n), Eigen::VectorXd::Zero(n)};
    for (auto k = static_cast<Eigen::Index>(group); k < n_used; k += n_group) {
      const Eigen::Index i = k * file.size() / n_used;
      for (const Eigen::Index j : neighbours(scaled, i))
        if (j >= 0) add_pair(file, i, j, equations);
    }
    const Eigen::VectorXd found = equations.solution();
    for (Eigen::Index p = 0; p < n; ++p)
      if (equations.left(p, p) > 0) factors[static_cast<std::size_t>(p)].push_back(found[p]);
  }
  for (Eigen::Index p = 0; p < n; ++p) {
    const std::vector<double>& all = factors[static_cast<std::size_t>(p)];
    if (all.size() < n_group / 2) continue;
    const double factor = median(all);
    const auto n_near = std::count_if(all.begin(), all.end(), [&](double f) { return f / factor > 0.5 && f / factor < 2; });
    const bool is_agreed = 4 * static_cast<std::size_t>(n_near) >= 3 * all.size();
    const double size = std::abs(factor);
    if (!is_agreed || (factor > 0 && size < suspicious && size > 1 / suspicious)) continue;
    const std::string name = file.unknowns[static_cast<std::size_t>(p)];
    const std::string what = size >= suspicious       ? factor_text(size) + " times too small"
                             : size <= 1 / suspicious ? factor_text(1 / size) + " times too large"
                                                      : std::string("of the opposite sign");
    throw base::InputError(file.path,
                           file.derivatives_from + " in units of /parameters (d signal / d " + name + " per " +
                               file.units[static_cast<std::size_t>(*file.row_of(name))] + ")",
                           "derivatives that are " + what + (factor < 0 && what[0] != 'o' ? " and of the opposite sign" : "") +
                               ", by the differences between neighbouring fingerprints");
  }
}

}  // namespace crbrt::simulate
