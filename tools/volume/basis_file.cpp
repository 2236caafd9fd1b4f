// SPDX-License-Identifier: Apache-2.0
// A basis is a small image without space.
#include "tools/volume/basis_file.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "base/error.h"
#include "base/number_text.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

// Single-precision bases of thousands of frames are orthonormal to about 1e-6.
constexpr double orthonormality_tolerance = 1e-4;

// What single precision leaves of imaginary parts that should be zero, relative to the largest number.
constexpr double largest_imaginary_rel = 1e-6;

/// [rows, columns] of the numbers, without imaginary parts that are rounding.
physics::Basis matrix_of(const StoredImage& image, const std::vector<double>& numbers, std::size_t rows, std::size_t columns) {
  const auto n_row = static_cast<Eigen::Index>(rows), n_column = static_cast<Eigen::Index>(columns);
  if (!is_complex(image.encoding.element))
    return physics::Basis(Eigen::Map<const Eigen::MatrixXd>(numbers.data(), n_row, n_column));
  const Eigen::Map<const Eigen::MatrixXcd> u(reinterpret_cast<const std::complex<double>*>(numbers.data()), n_row, n_column);
  const double largest = u.real().cwiseAbs().maxCoeff();
  if (u.imag().cwiseAbs().maxCoeff() <= largest_imaginary_rel * largest) return physics::Basis(u.real());
  return physics::Basis(u);
}

FileSpec parse_spec(const std::string& given) {
  FileSpec spec = FileSpec::parse(given);
  spec.usual_names = {"basis", "U"};
  return spec;
}

/// As it is stored.
physics::Basis read_matrix(const StoredImage& image) {
  std::vector<std::size_t> extents = without_ones(image.extents);
  if (extents.size() == 1) extents.push_back(1);
  if (extents.size() != 2) throw base::InputError(image.spec.shown, "a basis [frames, coefficients]", text(image.extents));
  expect_no_notes(image);
  const std::vector<double> numbers = read_doubles(image);
  if (!std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); }))
    throw base::InputError(image.spec.shown, "a basis of finite numbers", "NaN or an infinite one");
  return matrix_of(image, numbers, extents[0], extents[1]);
}

/// [frames, coefficients]
physics::Basis upright(const StoredImage& image) {
  physics::Basis stored = read_matrix(image);
  if (stored.cols() <= stored.rows()) return stored;
  if (image.is_either_way) return physics::Basis(stored.complex().transpose());
  throw base::InputError(image.spec.shown, "a basis [frames, coefficients] of at least as many frames as coefficients",
                         std::to_string(stored.rows()) + " frames and " + std::to_string(stored.cols()) +
                             " coefficients: it seems to be transposed");
}

std::string first_of(const Eigen::VectorXd& numbers) {
  constexpr Eigen::Index n_shown = 4;
  std::string text;
  for (Eigen::Index i = 0; i < std::min(n_shown, numbers.size()); ++i)
    text += (i == 0 ? "" : ", ") + base::number_text(numbers[i], "%.3g");
  return text + (numbers.size() > n_shown ? ", ..." : "");
}

/// Throws where two columns are not orthogonal, or one is zero.
void expect_orthogonal(const std::string& spec, const Eigen::MatrixXcd& gram, const Eigen::VectorXd& norms) {
  for (Eigen::Index a = 0; a < gram.cols(); ++a)
    for (Eigen::Index b = 0; b <= a; ++b) {
      const double cosine = std::abs(gram(b, a)) / (norms[a] * norms[b]);
      if (norms[a] > 0 && (a == b || cosine <= orthonormality_tolerance)) continue;
      const std::string column = "column " + std::to_string(a + 1);
      throw base::InputError(
          spec, "orthonormal columns",
          norms[a] > 0 ? column + " at a cosine of " + base::number_text(cosine, "%.3g") + " to column " + std::to_string(b + 1)
                       : column + " of zeros");
    }
}

/// Columns of norm 1.
physics::Basis normalised(const std::string& spec, const physics::Basis& basis, base::Warnings& warnings) {
  const Eigen::MatrixXcd u = basis.complex(), gram = u.adjoint() * u;
  const Eigen::VectorXd norms = u.colwise().norm();
  expect_orthogonal(spec, gram, norms);
  const double largest = norms.maxCoeff(), smallest = norms.minCoeff();
  if (largest * largest - 1 <= orthonormality_tolerance && 1 - smallest * smallest <= orthonormality_tolerance) return basis;
  if (!(largest / smallest - 1 <= orthonormality_tolerance))
    throw base::InputError(
        spec, "orthonormal columns",
        "orthogonal ones of the norms " + first_of(norms) +
            ", as singular values times vectors have them (U*S in place of U): divide each column by its "
            "norm and reconstruct in these, or multiply each image of coefficients by the norm of its column");
  const double norm = norms.mean();
  warnings.add(spec + ": all of its columns have the norm " + base::number_text(norm, "%.6g") +
               " and are divided by it; M0 of " + "coefficients that were reconstructed in them is " +
               base::number_text(norm, "%.6g") + " times smaller");
  return physics::Basis(u / norm);
}

}  // namespace

physics::Basis read_basis(const std::string& spec, base::Warnings& warnings, Eigen::Index rank) {
  physics::Basis basis = upright(open_image(parse_spec(spec)));
  if (rank > basis.cols())
    throw base::InputError(spec, "at least " + std::to_string(rank) + " columns", std::to_string(basis.cols()));
  if (rank > 0) basis = basis.leading(rank);
  return normalised(spec, basis, warnings);
}

}  // namespace crbrt::volume
