// The real-valued Fisher matrix inverted by a QR decomposition of the column-scaled Jacobian.
#include "physics/crb.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

namespace crbrt::physics {
namespace {

// Unknown tissue parameters: for an apparent T1, r1_free and r1_semi move together.
Eigen::MatrixXcd unknowns(const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, T1Model model) {
  if (model == T1Model::separate) return jacobian;
  Eigen::MatrixXcd reduced(jacobian.rows(), n_parameter - 1);
  constexpr auto r1f = static_cast<Eigen::Index>(Parameter::r1_free_hz), r1s = static_cast<Eigen::Index>(Parameter::r1_semi_hz);
  reduced << jacobian.leftCols(r1s), jacobian.rightCols(n_parameter - 1 - r1s);
  reduced.col(r1f) += jacobian.col(r1s);
  return reduced;
}

}  // namespace

std::string_view name(T1Model model) noexcept { return model == T1Model::apparent ? "apparent" : "separate"; }

std::vector<std::string> bound_names(T1Model model) {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < n_parameter; ++p) {
    const auto parameter = static_cast<Parameter>(p);
    if (model == T1Model::apparent && parameter == Parameter::r1_semi_hz) continue;
    names.emplace_back(model == T1Model::apparent && parameter == Parameter::r1_free_hz ? "r1_apparent_hz" : name(parameter));
  }
  return names;
}

Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                        T1Model model) {
  const Eigen::MatrixXcd tissue = unknowns(jacobian, model);
  const Eigen::Index n = signal.size(), n_unknown = tissue.cols() + 2;
  Eigen::MatrixXd j(2 * n, n_unknown);  // real parts above imaginary parts
  j.col(0) << signal.real(), signal.imag();
  j.col(1) << -signal.imag(), signal.real();
  j.topRightCorner(n, tissue.cols()) = tissue.real();
  j.bottomRightCorner(n, tissue.cols()) = tissue.imag();

  constexpr double infinity = std::numeric_limits<double>::infinity();
  Bounds bounds{Eigen::VectorXd::Constant(tissue.cols(), infinity), infinity, infinity, infinity};
  const Eigen::VectorXd scale = j.colwise().norm();
  if (!scale.allFinite() || scale.minCoeff() == 0 || 2 * n < n_unknown) return bounds;
  const Eigen::MatrixXd scaled = j * scale.cwiseInverse().asDiagonal();

  // J = Q R: F^-1 = R^-1 R^-T, so each bound is the squared norm of a row of R^-1. R also carries J's singular values.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(scaled);
  const Eigen::MatrixXd r = qr.matrixQR().topRows(n_unknown).triangularView<Eigen::Upper>();
  const Eigen::VectorXd singular = r.jacobiSvd().singularValues();
  if (!(singular[n_unknown - 1] > 0)) return bounds;
  bounds.condition = singular[0] / singular[n_unknown - 1];
  const Eigen::MatrixXd inverse = r.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n_unknown, n_unknown));
  const Eigen::VectorXd variance = inverse.rowwise().squaredNorm().cwiseQuotient(scale.cwiseAbs2());
  bounds.m0_crb_real = variance[0];
  bounds.m0_crb_imag = variance[1];
  bounds.crb = variance.tail(tissue.cols());
  return bounds;
}

}  // namespace crbrt::physics
