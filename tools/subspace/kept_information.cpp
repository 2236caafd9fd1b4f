// L-BFGS on the subspaces around the start: with an orthonormal complement C of the start U, every subspace near it is the span
// of U + C B for one matrix B. kept depends on the span alone, so with U + C B = V R (QR) its slope by B is
// C^T (I - V V^T) S R^-T, where S is the slope by orthonormal columns V.
#include "tools/subspace/kept_information.h"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "physics/design/bound_cost.h"

namespace crbrt::subspace {
namespace {

// Of pool size, r1 and r2, the first three bounds of either T1 model. r1 loses little in any subspace.
constexpr int n_quantity = 3;
constexpr double quantity_weight[n_quantity] = {0.5, 0.15, 0.35};

double kept(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model, const Eigen::MatrixXd& u,
            Eigen::MatrixXd* slope) {
  double sum = 0;
  if (slope != nullptr) slope->setZero(u.rows(), u.cols());
  for (const ReducedFingerprint& f : fingerprints) {
    const Eigen::VectorXcd signal = u.transpose() * f.signal;
    const Eigen::MatrixXcd jacobian = u.transpose() * f.jacobian;
    const Eigen::VectorXd crb = physics::cramer_rao_bound(signal, jacobian, t1_model).crb;
    Eigen::VectorXd weight = Eigen::VectorXd::Zero(crb.size());
    for (int i = 0; i < n_quantity; ++i) {
      const double share = quantity_weight[i] * f.crb[i] / crb[i];
      sum += share;
      weight[i] = -share / crb[i];
    }
    if (slope == nullptr || !crb.allFinite()) continue;
    const physics::BoundCost cost = physics::bound_cost(signal, jacobian, t1_model, weight);
    slope->noalias() += f.signal.real() * cost.signal.real().transpose() + f.signal.imag() * cost.signal.imag().transpose();
    slope->noalias() +=
        f.jacobian.real() * cost.jacobian.real().transpose() + f.jacobian.imag() * cost.jacobian.imag().transpose();
  }
  const double n = static_cast<double>(fingerprints.size());
  if (slope != nullptr) *slope /= n;
  return sum / n;
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

class Lost final : public ceres::FirstOrderFunction {
 public:
  Lost(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model, const Span& span)
      : fingerprints_(fingerprints), t1_model_(t1_model), span_(span) {}

  int NumParameters() const override { return static_cast<int>(span_.n_position()); }

  bool Evaluate(const double* position, double* value, double* gradient) const override {
    const Span::Columns columns = span_.at(position);
    Eigen::MatrixXd of_v;
    *value = -kept(fingerprints_, t1_model_, columns.v, gradient == nullptr ? nullptr : &of_v);
    if (gradient != nullptr) {
      const Eigen::MatrixXd slope = -span_.slope(columns, of_v);
      std::copy(slope.data(), slope.data() + slope.size(), gradient);
    }
    return std::isfinite(*value);
  }

 private:
  const std::vector<ReducedFingerprint>& fingerprints_;
  physics::T1Model t1_model_;
  const Span& span_;
};

}  // namespace

double kept_information(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                        const Eigen::MatrixXd& u) {
  return kept(fingerprints, t1_model, u, nullptr);
}

double kept_information(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                        const Eigen::MatrixXd& u, Eigen::MatrixXd& slope) {
  return kept(fingerprints, t1_model, u, &slope);
}

Eigen::MatrixXd most_kept(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                          const Eigen::MatrixXd& start) {
  const Span span(start);
  std::vector<double> position(static_cast<std::size_t>(span.n_position()), 0);
  if (position.empty()) return start;
  const ceres::GradientProblem problem(new Lost(fingerprints, t1_model, span));
  ceres::GradientProblemSolver::Options options;
  options.max_num_iterations = 100;
  options.function_tolerance = 1e-5;
  options.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(options, problem, position.data(), &summary);
  return span.at(position.data()).v;
}

}  // namespace crbrt::subspace
