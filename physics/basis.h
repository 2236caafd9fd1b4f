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

  /// U^H s of columns s [n_frame, n].
  Eigen::MatrixXcd project(const Eigen::Ref<const Eigen::MatrixXcd>& signals) const;

 private:
  Eigen::MatrixXd real_, imag_;
};

/// SHA-256 over the little-endian doubles of the basis, column-major: the real parts and then, where it is complex, the
/// imaginary ones. 64 hex digits.
std::string sha256_of(const Basis& basis);

/// sha256_of() the numbers that single precision makes of the basis, with 0 for -0: what BART's files hold hashes to it.
std::string sha256_single_of(const Basis& basis);

}  // namespace crbrt::physics
