// A basis is a small image without space.
#include "tools/volume/basis_file.h"

#include <algorithm>
#include <cmath>
#include <utility>
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

/// Real numbers of the array, [rows, columns] with the rows fastest.
struct Matrix {
  std::string shown;
  std::size_t rows, columns;
  std::vector<double> values;
};

std::vector<double> real_parts(const StoredImage& image, std::vector<double> numbers) {
  if (!is_complex(image.encoding.element)) return numbers;
  double largest = 0, largest_imaginary = 0;
  std::vector<double> real(numbers.size() / 2);
  for (std::size_t i = 0; i < real.size(); ++i) {
    real[i] = numbers[2 * i];
    largest = std::max(largest, std::abs(real[i]));
    largest_imaginary = std::max(largest_imaginary, std::abs(numbers[2 * i + 1]));
  }
  if (!(largest_imaginary <= largest_imaginary_rel * largest))
    throw base::InputError(image.spec.shown, "a real basis, or imaginary parts that are rounding",
                           "imaginary parts up to " + base::number_text(largest_imaginary, "%.3g"));
  return real;
}

FileSpec parse_spec(const std::string& given) {
  FileSpec spec = FileSpec::parse(given);
  spec.usual_names = {"basis", "U"};
  return spec;
}

Matrix read_matrix(const StoredImage& image) {
  std::vector<std::size_t> extents = without_ones(image.extents);
  if (extents.size() == 1) extents.push_back(1);
  if (extents.size() != 2) throw base::InputError(image.spec.shown, "a basis [frames, coefficients]", text(image.extents));
  expect_no_notes(image);
  std::vector<double> numbers = read_doubles(image);
  if (!std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); }))
    throw base::InputError(image.spec.shown, "a basis of finite numbers", "NaN or an infinite one");
  return {image.spec.shown, extents[0], extents[1], real_parts(image, std::move(numbers))};
}

/// [frames, coefficients]
Eigen::MatrixXd upright(const Matrix& matrix, bool is_either_way) {
  const auto rows = static_cast<Eigen::Index>(matrix.rows), columns = static_cast<Eigen::Index>(matrix.columns);
  const Eigen::Map<const Eigen::MatrixXd> stored(matrix.values.data(), rows, columns);
  if (columns <= rows) return stored;
  if (is_either_way) return stored.transpose();
  throw base::InputError(
      matrix.shown, "a basis [frames, coefficients] of at least as many frames as coefficients",
      std::to_string(rows) + " frames and " + std::to_string(columns) + " coefficients: it seems to be transposed");
}

}  // namespace

Eigen::MatrixXd read_basis(const std::string& spec, Eigen::Index rank) {
  const StoredImage image = open_image(parse_spec(spec));
  Eigen::MatrixXd basis = upright(read_matrix(image), image.is_either_way);
  if (rank > basis.cols())
    throw base::InputError(spec, "at least " + std::to_string(rank) + " columns", std::to_string(basis.cols()));
  if (rank > 0) basis.conservativeResize(Eigen::NoChange, rank);
  const Eigen::MatrixXd gram = basis.transpose() * basis;
  const double error = (gram - Eigen::MatrixXd::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff();
  if (!(error <= orthonormality_tolerance))
    throw base::InputError(spec, "orthonormal columns", "an error of " + base::number_text(error, "%g"));
  return basis;
}

}  // namespace crbrt::volume
