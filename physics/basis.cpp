// Real and imaginary parts lie apart, so that a real basis costs what it always did.
#include "physics/basis.h"

#include <span>
#include <vector>

#include "physics/sequence.h"

namespace crbrt::physics {

Eigen::MatrixXcd Basis::complex() const {
  Eigen::MatrixXcd u = real_.cast<std::complex<double>>();
  if (is_complex()) u.imag() = imag_;
  return u;
}

Basis Basis::leading(Eigen::Index n_coeff) const {
  if (!is_complex()) return Basis(real_.leftCols(n_coeff));
  return Basis(complex().leftCols(n_coeff));
}

Eigen::MatrixXcd Basis::project(const Eigen::Ref<const Eigen::MatrixXcd>& signals) const {
  Eigen::MatrixXcd c = real_.transpose() * signals;
  if (is_complex()) c -= std::complex<double>(0, 1) * (imag_.transpose() * signals);
  return c;
}

std::string sha256_of(const Basis& basis) {
  std::vector<double> numbers(basis.real().data(), basis.real().data() + basis.real().size());
  numbers.insert(numbers.end(), basis.imag().data(), basis.imag().data() + basis.imag().size());
  return sha256_of_doubles(numbers);
}

std::string sha256_single_of(const Basis& basis) {
  const auto rounded = [](const Eigen::MatrixXd& m) { return (m.cast<float>().cast<double>().array() + 0.0).matrix().eval(); };
  const Eigen::MatrixXd real = rounded(basis.real());
  if (!basis.is_complex()) return sha256_of(Basis(real));
  Eigen::MatrixXcd both(real.rows(), real.cols());
  both.real() = real;
  both.imag() = rounded(basis.imag());
  return sha256_of(Basis(both));
}

}  // namespace crbrt::physics
