// SPDX-License-Identifier: Apache-2.0
/// The low-rank subspace in which fingerprints are kept: coefficients are c = U^H s ([paper] Section 2.4).
#pragma once

#include <Eigen/Core>
#include <string>

namespace crbrt::physics {

/// U [n_frame, n_coeff] with orthonormal columns. Real, or complex where an imaginary part is not zero: then conj(c) is no
/// longer the voxel at -omega0.
class Basis {
 public:
  Basis() = default;
  /// Any real or complex matrix. What is said about its columns is for the caller to see to.
  template <class Matrix>
  Basis(const Eigen::MatrixBase<Matrix>& u) : real_(u.real()) {
    if constexpr (Eigen::NumTraits<typename Matrix::Scalar>::IsComplex)
      if (!u.imag().isZero(0)) imag_ = u.imag();
  }

  Eigen::Index rows() const noexcept { return real_.rows(); }
  Eigen::Index cols() const noexcept { return real_.cols(); }  ///< 0 of a basis that is not there
  bool is_complex() const noexcept { return imag_.size() != 0; }
  const Eigen::MatrixXd& real() const noexcept { return real_; }
  const Eigen::MatrixXd& imag() const noexcept { return imag_; }  ///< no numbers where the basis is real
  Eigen::MatrixXcd complex() const;

  Basis leading(Eigen::Index n_coeff) const;
  Basis conjugate() const;

  /// U^H s of columns s [n_frame, n].
  Eigen::MatrixXcd project(const Eigen::Ref<const Eigen::MatrixXcd>& signals) const;

 private:
  Eigen::MatrixXd real_, imag_;
};

/// The same numbers.
bool operator==(const Basis& a, const Basis& b);

/// SHA-256 over the little-endian doubles of the basis, column-major: the real parts and then, where it is complex, the
/// imaginary ones. 64 hex digits.
std::string sha256_of(const Basis& basis);

/// sha256_of() the numbers that single precision makes of the basis, with 0 for -0. A basis that went through BART's files has
/// it as its sha256_of().
std::string sha256_single_of(const Basis& basis);

/// What a basis is recognised by. Empty: unknown.
struct BasisIdentity {
  std::string sha256;
  std::string sha256_single;
  Basis basis{};  ///< no columns where only hashes are known
};
BasisIdentity identity_of(Basis basis);

/// Of the ModelInfo of crbrt/loader.hpp, which this library does not know.
template <class ModelInfo>
BasisIdentity identity_of_model(const ModelInfo& info) {
  if (info.basis.empty()) return {info.basis_sha256, info.basis_sha256_single};
  const auto matrix = [&](const auto& numbers) {
    return Eigen::Map<const Eigen::MatrixXd>(numbers.data(), info.n_frame, info.n_coeff);
  };
  if (info.basis_imag.empty()) return identity_of(Basis(matrix(info.basis)));
  Eigen::MatrixXcd u(info.n_frame, info.n_coeff);
  u.real() = matrix(info.basis);
  u.imag() = matrix(info.basis_imag);
  return identity_of(Basis(u));
}

/// The same basis, of which one side may have been rounded to single precision: a hash of one is a hash of the other, or all
/// numbers are known and differ by 2^-23 at most. Columns with other signs are another basis: coefficients change theirs.
bool is_same(const BasisIdentity& a, const BasisIdentity& b);

}  // namespace crbrt::physics
