// SPDX-License-Identifier: Apache-2.0
// Real and imaginary parts lie apart, so that a real basis costs what it always did.
#include "physics/basis.h"

#include <utility>
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

Basis Basis::conjugate() const { return is_complex() ? Basis(complex().conjugate()) : *this; }

bool operator==(const Basis& a, const Basis& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && a.is_complex() == b.is_complex() && a.real() == b.real() &&
         (!a.is_complex() || a.imag() == b.imag());
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

BasisIdentity identity_of(Basis basis) {
  BasisIdentity identity{sha256_of(basis), sha256_single_of(basis)};
  identity.basis = std::move(basis);
  return identity;
}

bool is_same(const BasisIdentity& a, const BasisIdentity& b) {
  const auto equal = [](const std::string& x, const std::string& y) { return !x.empty() && x == y; };
  if (equal(a.sha256, b.sha256) || equal(a.sha256_single, b.sha256_single) || equal(a.sha256, b.sha256_single) ||
      equal(a.sha256_single, b.sha256))
    return true;
  // Entries of orthonormal columns are at most 1, and single precision keeps 24 binary digits. Two numbers that differ by
  // next to nothing may round to neighbours, which no hash forgives.
  constexpr double rounding = 0x1p-23;
  if (a.basis.cols() == 0 || a.basis.rows() != b.basis.rows() || a.basis.cols() != b.basis.cols()) return false;
  return (a.basis.complex() - b.basis.complex()).cwiseAbs().maxCoeff() <= rounding;
}

}  // namespace crbrt::physics
