// SPDX-License-Identifier: Apache-2.0
// L-BFGS on the subspaces around the start: with an orthonormal complement C of the start U, every subspace near it is the span
// of U + C B for one matrix B. The loss depends on the span alone, so with U + C B = V R (QR) its slope by B is
// C^T (I - V V^T) S R^-T, where S is the slope by orthonormal columns V.
#include "tools/subspace/basis.h"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "physics/crb.h"

namespace crbrt::subspace {
namespace {

constexpr double smoothing = 0.1;  // h, of log(CRB): 5 % in sqrt(CRB)
constexpr double tolerated = 1.24, width = 0.02, tilt = 0.1;
// Stands for a bound that does not exist; its square root is still a number.
constexpr double max_log_ratio = 700;

/// What the bounds of one fingerprint in a subspace are made of.
struct Compressed {
  Eigen::MatrixXd columns;  // [2 rank, n_unknown]
  Eigen::MatrixXd inverse;  // of the Fisher matrix [n_unknown, n_unknown]
};

Compressed compressed(const ReducedFingerprint& f, const Eigen::MatrixXd& u) {
  Compressed c;
  c.columns.resize(2 * u.cols(), f.columns.cols());
  c.columns.topRows(u.cols()).noalias() = u.transpose() * f.columns.topRows(u.rows());
  c.columns.bottomRows(u.cols()).noalias() = u.transpose() * f.columns.bottomRows(u.rows());
  c.inverse = physics::inverse_fisher(c.columns);
  return c;
}

struct Median {
  double value;
  Eigen::ArrayXd slope;  // by each r
};

/// R of mean logistic((r - R) / h) = 1/2, which falls monotonically with R.
Median smoothed_median(const Eigen::ArrayXd& r) {
  double low = r.minCoeff(), high = r.maxCoeff();
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (((r - middle) / smoothing).logistic().mean() > 0.5 ? low : high) = middle;
  }
  const Eigen::ArrayXd above = ((r - low) / smoothing).logistic();
  Median median{low, above * (1 - above)};
  const double sum = median.slope.sum();
  if (sum > 0) median.slope /= sum;
  return median;
}

double loss_of_factor(double factor, double& slope) {
  const double z = (factor - tolerated) / width;
  slope = tilt + 1 / (1 + std::exp(-z));
  return tilt * factor + width * (z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)));
}

/// log(CRB after / before) [n_fingerprint, n_quantity]; `all` receives the compressed fingerprints where wanted.
Eigen::ArrayXXd log_ratios(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u,
                           std::vector<Compressed>* all) {
  const Eigen::Index n_quantity = fingerprints.front().n_quantity;
  Eigen::ArrayXXd ratios(static_cast<Eigen::Index>(fingerprints.size()), n_quantity);
  for (std::size_t t = 0; t < fingerprints.size(); ++t) {
    Compressed c = compressed(fingerprints[t], u);
    for (Eigen::Index q = 0; q < n_quantity; ++q)
      ratios(static_cast<Eigen::Index>(t), q) =
          std::min(std::log(c.inverse(2 + q, 2 + q) / fingerprints[t].crb[q]), max_log_ratio);
    if (all != nullptr) all->push_back(std::move(c));
  }
  return ratios;
}

double lost(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u, Eigen::MatrixXd* slope) {
  std::vector<Compressed> all;
  const Eigen::ArrayXXd ratios = log_ratios(fingerprints, u, slope == nullptr ? nullptr : &all);
  const Eigen::Index n_quantity = ratios.cols();
  double sum = 0;
  Eigen::ArrayXXd of_ratios(ratios.rows(), n_quantity);
  for (Eigen::Index q = 0; q < n_quantity; ++q) {
    const Median median = smoothed_median(ratios.col(q));
    const double factor = std::exp(median.value / 2);
    double of_factor = 0;
    sum += loss_of_factor(factor, of_factor);
    of_ratios.col(q) = of_factor * factor / 2 * median.slope;
  }
  if (slope == nullptr) return sum;
  slope->setZero(u.rows(), u.cols());
  for (std::size_t t = 0; t < all.size(); ++t) {
    const Compressed& c = all[t];
    if (!c.inverse.allFinite()) continue;
    // d F^-1 = -F^-1 dF F^-1, so with weights W of the bounds the slope by the columns G is -2 G F^-1 W F^-1.
    const auto of_quantity = c.inverse.middleCols(2, n_quantity);
    const Eigen::VectorXd weight = of_ratios.row(static_cast<Eigen::Index>(t))
                                       .matrix()
                                       .transpose()
                                       .cwiseQuotient(c.inverse.diagonal().segment(2, n_quantity));
    const Eigen::MatrixXd of_columns = c.columns * (-2 * of_quantity * weight.asDiagonal() * of_quantity.transpose());
    const Eigen::MatrixXd& columns = fingerprints[t].columns;
    slope->noalias() += columns.topRows(u.rows()) * of_columns.topRows(u.cols()).transpose();
    slope->noalias() += columns.bottomRows(u.rows()) * of_columns.bottomRows(u.cols()).transpose();
  }
  return sum;
}

class Span {
 public:
  explicit Span(const Eigen::MatrixXd& start) : start_(start) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(start);
    const Eigen::MatrixXd q = qr.householderQ();
    complement_ = q.rightCols(start.rows() - start.cols());
  }

  Eigen::Index n_position() const { return complement_.cols() * start_.cols(); }

  struct Columns {
    Eigen::MatrixXd v, r;
  };
  Columns at(const double* position) const {
    const Eigen::Map<const Eigen::MatrixXd> b(position, complement_.cols(), start_.cols());
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(start_ + complement_ * b);
    const Eigen::Index rank = start_.cols();
    return {qr.householderQ() * Eigen::MatrixXd::Identity(start_.rows(), rank),
            qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>()};
  }
  Eigen::MatrixXd slope(const Columns& columns, const Eigen::MatrixXd& of_v) const {
    const Eigen::MatrixXd across = of_v - columns.v * (columns.v.transpose() * of_v);
    return complement_.transpose() * columns.r.triangularView<Eigen::Upper>().solve(across.transpose()).transpose();
  }

 private:
  Eigen::MatrixXd start_, complement_;
};

class Loss final : public ceres::FirstOrderFunction {
 public:
  Loss(const std::vector<ReducedFingerprint>& fingerprints, const Span& span) : fingerprints_(fingerprints), span_(span) {}

  int NumParameters() const override { return static_cast<int>(span_.n_position()); }

  bool Evaluate(const double* position, double* value, double* gradient) const override {
    const Span::Columns columns = span_.at(position);
    Eigen::MatrixXd of_v;
    *value = lost(fingerprints_, columns.v, gradient == nullptr ? nullptr : &of_v);
    if (gradient != nullptr) {
      const Eigen::MatrixXd slope = span_.slope(columns, of_v);
      std::copy(slope.data(), slope.data() + slope.size(), gradient);
    }
    return std::isfinite(*value);
  }

 private:
  const std::vector<ReducedFingerprint>& fingerprints_;
  const Span& span_;
};

}  // namespace

Eigen::VectorXd typical_factors(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u) {
  const Eigen::ArrayXXd ratios = log_ratios(fingerprints, u, nullptr);
  Eigen::VectorXd factors(ratios.cols());
  for (Eigen::Index q = 0; q < ratios.cols(); ++q) factors[q] = std::exp(smoothed_median(ratios.col(q)).value / 2);
  return factors;
}

double lost_information(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u) {
  return lost(fingerprints, u, nullptr);
}

double lost_information(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u, Eigen::MatrixXd& slope) {
  return lost(fingerprints, u, &slope);
}

Eigen::MatrixXd least_lost(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& start) {
  const Span span(start);
  std::vector<double> position(static_cast<std::size_t>(span.n_position()), 0);
  if (position.empty()) return start;
  const ceres::GradientProblem problem(new Loss(fingerprints, span));
  ceres::GradientProblemSolver::Options options;
  options.max_num_iterations = 150;
  options.function_tolerance = 1e-6;
  options.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, problem, position.data(), &summary);
  return span.at(position.data()).v;
}

}  // namespace crbrt::subspace
