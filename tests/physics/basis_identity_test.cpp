// SPDX-License-Identifier: Apache-2.0
// What makes two bases the same one, and what does not.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "physics/basis.h"
#include "physics/sequence.h"
#include "tests/support/orthonormal.h"

namespace crbrt::physics {
namespace {

using tests::complex_orthonormal;
using tests::orthonormal;

Basis rounded(const Basis& basis) { return Basis(basis.complex().cast<std::complex<float>>().cast<std::complex<double>>()); }

TEST(Basis, IsComplexWhereAnImaginaryPartIsNotZero) {
  Eigen::MatrixXcd u = orthonormal(9, 4).cast<std::complex<double>>();
  EXPECT_FALSE(Basis(u).is_complex());
  EXPECT_EQ(Basis(u), Basis(orthonormal(9, 4)));
  u(2, 1) += std::complex<double>(0, 1e-300);
  EXPECT_TRUE(Basis(u).is_complex());
  EXPECT_FALSE(Basis(u).leading(1).is_complex());
  EXPECT_TRUE(Basis(u).leading(2).is_complex());
}

// The hash of real bases is in every model and data set there is.
TEST(BasisHash, IsThatOfTheRealPartsAndThenOfTheImaginaryOnes) {
  const Eigen::MatrixXcd u = complex_orthonormal(9, 4);
  const Eigen::MatrixXd re = u.real(), im = u.imag();
  std::vector<double> numbers(re.data(), re.data() + re.size());
  EXPECT_EQ(sha256_of(Basis(re)), sha256_of_doubles(numbers));
  numbers.insert(numbers.end(), im.data(), im.data() + im.size());
  EXPECT_EQ(sha256_of(Basis(u)), sha256_of_doubles(numbers));
}

TEST(BasisHash, OfSinglePrecisionIsTheHashOfTheRoundedBasis) {
  for (const Basis& basis : {Basis(orthonormal(9, 4)), Basis(complex_orthonormal(9, 4))}) {
    EXPECT_NE(sha256_of(basis), sha256_single_of(basis));
    EXPECT_EQ(sha256_of(rounded(basis)), sha256_single_of(basis));
    EXPECT_EQ(sha256_single_of(rounded(basis)), sha256_single_of(basis));
  }
}

TEST(BasisHash, OfSinglePrecisionDoesNotTellZerosApart) {
  Eigen::MatrixXd u = Eigen::MatrixXd::Identity(5, 2);
  const std::string sha256 = sha256_single_of(u);
  u(1, 0) = -0.0;
  EXPECT_EQ(sha256_single_of(u), sha256);
  u(1, 0) = -1e-60;  // becomes -0 in single precision
  EXPECT_EQ(sha256_single_of(u), sha256);
}

TEST(SameBasis, IsOneThatWasRoundedWhateverIsKnownOfIt) {
  for (const Basis& basis : {Basis(orthonormal(9, 4)), Basis(complex_orthonormal(9, 4))}) {
    const BasisIdentity whole = identity_of(basis), single = identity_of(rounded(basis));
    const BasisIdentity hashes{whole.sha256, whole.sha256_single}, hash{whole.sha256, ""}, single_hash{single.sha256, ""};
    EXPECT_TRUE(is_same(whole, single));
    EXPECT_TRUE(is_same(hashes, single));
    EXPECT_TRUE(is_same(hashes, single_hash));
    EXPECT_TRUE(is_same(single_hash, hashes));
    EXPECT_TRUE(is_same(hash, whole));
    EXPECT_FALSE(is_same(hash, single)) << "nothing says what its numbers round to";
    EXPECT_FALSE(is_same({"", ""}, {"", ""})) << "two that nobody knows";
  }
}

// A number half-way between two of single precision rounds either way, by the last digit of a double.
TEST(SameBasis, ForgivesNeighboursOfSinglePrecisionWhereNumbersAreKnown) {
  Eigen::MatrixXd u = orthonormal(9, 4);
  const float below = static_cast<float>(u(2, 1)), above = std::nextafter(below, 2.0f);
  u(2, 1) = (double{below} + double{above}) / 2 * (1 + 1e-16);
  Eigen::MatrixXd other = u;
  other(2, 1) = std::nextafter(u(2, 1), u(2, 1) > 0 ? -2.0 : 2.0);
  EXPECT_TRUE(is_same(identity_of(u), identity_of(other)));
  other(2, 1) = u(2, 1) + 1e-6;
  EXPECT_FALSE(is_same(identity_of(u), identity_of(other)));
}

TEST(SameBasis, IsNoneOfOtherSignsPhasesOrderOrRank) {
  const Eigen::MatrixXd u = orthonormal(9, 4);
  Eigen::MatrixXd other = u;
  other.col(1) *= -1;
  EXPECT_FALSE(is_same(identity_of(u), identity_of(other)));
  EXPECT_FALSE(is_same(identity_of(u), identity_of(u.rowwise().reverse())));
  EXPECT_FALSE(is_same(identity_of(u), identity_of(u.leftCols(3))));
  const Eigen::MatrixXcd z = complex_orthonormal(9, 4);
  EXPECT_FALSE(is_same(identity_of(z), identity_of(z.conjugate())));
  EXPECT_FALSE(is_same(identity_of(u), identity_of(u * std::complex<double>(0, 1))));
}

// What the loader says of a model, in its own words.
struct ModelInfo {
  std::string basis_sha256, basis_sha256_single;
  std::vector<double> basis, basis_imag;
  Eigen::Index n_frame, n_coeff;
};

TEST(SameBasis, OfAModelComesFromWhatItCarries) {
  const Eigen::MatrixXcd z = complex_orthonormal(9, 4);
  const Eigen::MatrixXd re = z.real(), im = z.imag();
  ModelInfo info{"exact", "single", {}, {}, 9, 4};
  EXPECT_EQ(identity_of_model(info).sha256_single, "single");
  EXPECT_EQ(identity_of_model(info).basis.cols(), 0);
  info.basis.assign(re.data(), re.data() + re.size());
  EXPECT_EQ(identity_of_model(info).basis, Basis(re));
  EXPECT_EQ(identity_of_model(info).sha256_single, sha256_single_of(re)) << "of older models, which do not say";
  info.basis_imag.assign(im.data(), im.data() + im.size());
  EXPECT_EQ(identity_of_model(info).basis, Basis(z));
}

}  // namespace
}  // namespace crbrt::physics
