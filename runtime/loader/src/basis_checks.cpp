/// A shipped basis must be the one its hash names, and a basis: orthonormal columns, so that noise stays white.
#include <cmath>

#include "runtime/loader/src/read_flatbuffer.h"
#include "runtime/loader/src/sha256_text.h"

namespace crbrt::loading {
namespace {

/// Rounding of a product of two unit columns of n entries stays below n * 2^-53, far less than this for any n_frame.
constexpr double orthonormal_tolerance = 1e-6;

double dot(const double* a, const double* b, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void check_basis(const std::vector<double>& basis, std::size_t n_coeff, std::string_view sha256, Checks& checks) {
  const std::string found = hex(loading::sha256(basis.data(), basis.size() * sizeof(double)));
  checks.expect(found == sha256, "protocol.basis", "a basis with the hash basis_sha256 " + std::string(sha256), found);
  const std::size_t n_frame = basis.size() / n_coeff;
  for (std::size_t a = 0; a < n_coeff; ++a)
    for (std::size_t b = 0; b <= a && checks.ok(); ++b) {
      const double product = dot(&basis[a * n_frame], &basis[b * n_frame], n_frame);
      checks.expect(std::abs(product - (a == b ? 1 : 0)) <= orthonormal_tolerance, "protocol.basis",
                    "orthonormal columns to 1e-6",
                    "columns " + std::to_string(b) + " and " + std::to_string(a) + " with the product " + number_text(product));
    }
}

}  // namespace crbrt::loading
