// SPDX-License-Identifier: Apache-2.0
// A basis that is named must be the model's; one that is not named stays unknown.
#include "tools/volume/basis_check.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>

#include <Eigen/Core>

#include "physics/basis.h"
#include "tests/support/model_builder.h"
#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"
#include "tools/volume/basis_out.h"

namespace crbrt::tests {
namespace {

using volume::BasisCheck;

class BasisFiles : public testing::Test {
 protected:
  BasisFiles() {
    write_nifti1(file("in.nii"), {{2, 1, 1, 4}, DT_COMPLEX64, std::vector<std::byte>(64)});
    const auto& info = model.info();
    columns = Eigen::Map<const Eigen::MatrixXd>(info.basis.data(), info.n_frame, info.n_coeff);
    expected = {{info.basis_sha256, ""}, info.n_coeff, "model " + info.name};
  }
  std::string file(const std::string& name) const { return folder / name; }
  BasisCheck check(const std::string& basis) {
    warnings = base::Warnings("test");
    return volume::check_basis(expected, basis, {volume::FileSpec::parse(file("in.nii"))}, warnings);
  }
  template <class T>
  std::string write_basis(const std::string& name, const Eigen::MatrixXd& basis) {
    const std::vector<T> values(basis.data(), basis.data() + basis.size());
    write_mat_real<T>(file(name), "U", {static_cast<std::size_t>(basis.rows()), static_cast<std::size_t>(basis.cols())},
                      values);
    return file(name) + ":U";
  }

  TemporaryFolder folder;
  base::Warnings warnings{"test"};  ///< of the last check()
  const Model model = load(plain_spec());
  Eigen::MatrixXd columns;
  volume::ExpectedBasis expected;
};

TEST_F(BasisFiles, NothingNamedIsUnknown) { EXPECT_EQ(check(""), BasisCheck::unknown); }

TEST_F(BasisFiles, TheModelsBasisIsVerified) {
  EXPECT_EQ(check(write_basis<double>("u.mat", columns)), BasisCheck::verified);
  write_crbm(file("m.crbm"), plain_spec());
  EXPECT_EQ(check(file("m.crbm")), BasisCheck::verified);
}

TEST_F(BasisFiles, LeadingColumnsCount) {
  // One more orthonormal column: the part of a unit vector that the others do not hold.
  Eigen::VectorXd more = Eigen::VectorXd::Unit(columns.rows(), 1);
  more = (more - columns * (columns.transpose() * more)).normalized();
  Eigen::MatrixXd wide(columns.rows(), columns.cols() + 1);
  wide << columns, more;
  EXPECT_EQ(check(write_basis<double>("wide.mat", wide)), BasisCheck::verified);
  expect_error(base::exit_disagreement, {"narrow.mat", "at least 4 columns", "found 3"},
               [&] { check(write_basis<double>("narrow.mat", columns.leftCols(3))); });
}

TEST_F(BasisFiles, SinglePrecisionIsHashedAsTheDoublesItConvertsTo) {
  const Eigen::MatrixXd rounded = columns.cast<float>().cast<double>();
  expected.identity.sha256 = physics::sha256_of(rounded);
  EXPECT_EQ(check(write_basis<float>("single.mat", rounded)), BasisCheck::verified);
}

// Of a model that does not carry its basis: the numbers in single precision have the hash of the other kind.
TEST_F(BasisFiles, SinglePrecisionIsTheSameBasisByItsHash) {
  const std::string single = write_basis<float>("single.mat", columns);
  expect_error(base::exit_disagreement, {"single.mat"}, [&] { check(single); });
  expected.identity.sha256_single = physics::sha256_single_of(columns);
  EXPECT_EQ(check(single), BasisCheck::verified);
  EXPECT_EQ(check(write_basis<double>("double.mat", columns)), BasisCheck::verified);
}

// Two programs that differ in the last digit of a double may round to neighbours, which have other hashes.
TEST_F(BasisFiles, NeighboursOfSinglePrecisionAreTheSameBasisByTheirNumbers) {
  expected.identity = physics::identity_of_model(model.info());
  Eigen::MatrixXd neighbour = columns.cast<float>().cast<double>();
  neighbour(1, 2) = std::nextafter(static_cast<float>(neighbour(1, 2)), 2.0f);
  EXPECT_EQ(check(write_basis<float>("next.mat", neighbour)), BasisCheck::verified);
  neighbour(1, 2) += 1e-5;
  expect_error(base::exit_disagreement, {"far.mat"}, [&] { check(write_basis<float>("far.mat", neighbour)); });
}

// What makes it another one is said where both are at hand.
TEST_F(BasisFiles, AnotherBasisIsDescribed) {
  expected.identity = physics::identity_of_model(model.info());
  Eigen::MatrixXd other = columns;
  other.col(2) *= -1;
  expect_error(base::exit_disagreement, {"b.mat:U", "the sign is the opposite one in column 3"},
               [&] { check(write_basis<double>("b.mat", other)); });
  other.col(2) = columns.col(1), other.col(1) = columns.col(2);
  expect_error(base::exit_disagreement, {"order.mat:U", "the same subspace with other columns"},
               [&] { check(write_basis<double>("order.mat", other)); });
  volume::write_basis(file("t.npy"), columns * std::complex<double>(0, 1));
  expect_error(base::exit_disagreement, {"t.npy", "columns have another phase"}, [&] { check(file("t.npy")); });
}

// The sidecar of data whose reconstruction read BART's single precision, and a sidecar that names both.
TEST_F(BasisFiles, ASidecarMayNameTheBasisInSinglePrecision) {
  expected.identity.sha256_single = physics::sha256_single_of(columns);
  for (const char* key : {"basis_sha256", "BasisSHA256", "basis_sha256_single", "BasisSHA256Single"}) {
    write_text(file("in.json"), std::string("{\"") + key + "\": \"" + expected.identity.sha256_single + "\"}");
    EXPECT_EQ(check(""), BasisCheck::verified) << key;
  }
  // The expected basis is the rounded one, and the data's was double.
  const physics::Basis rounded(columns.cast<float>().cast<double>());
  expected.identity = physics::identity_of(rounded);
  write_text(file("in.json"), "{\"basis_sha256\": \"" + model.info().basis_sha256 + "\", \"basis_sha256_single\": \"" +
                                  physics::sha256_single_of(columns) + "\"}");
  EXPECT_EQ(check(""), BasisCheck::verified);
}

TEST_F(BasisFiles, AnotherBasisIsADisagreement) {
  expect_error(base::exit_disagreement, {"u.mat:U", "the basis of model", expected.identity.sha256},
               [&] { check(write_basis<double>("u.mat", -columns)); });
}

TEST_F(BasisFiles, ANumberThatIsNoneIsNamed) {
  columns(1, 2) = std::nan("");
  expect_error(base::exit_input, {"nan.mat:U", "a basis of finite numbers"},
               [&] { check(write_basis<double>("nan.mat", columns)); });
}

TEST_F(BasisFiles, TheSidecarsOfBothFilesCount) {
  std::filesystem::copy_file(file("in.nii"), file("im.nii"));
  write_text(file("im.json"), "{\"basis_sha256\": \"00\"}");
  expect_error(base::exit_disagreement, {"im.json", "found 00"}, [&] {
    volume::check_basis(expected, "", {volume::FileSpec::parse(file("in.nii")), volume::FileSpec::parse(file("im.nii"))},
                        warnings);
  });
}

TEST_F(BasisFiles, AHashMayHaveItsNameBeforeItAndALineEndBehind) {
  write_text(file("in.json"), "{\"basis_sha256\": \"sha256:" + expected.identity.sha256 + "\\n\"}");
  EXPECT_EQ(check(""), BasisCheck::verified);
  for (const char* other : {"null", "\"\"", "[\"00\"]"}) {
    write_text(file("in.json"), std::string("{\"basis_sha256\": ") + other + "}");
    EXPECT_EQ(check(""), BasisCheck::unknown) << other;
    ASSERT_EQ(warnings.texts().size(), 1u) << other;
    EXPECT_NE(warnings.texts()[0].find("the key is not used"), std::string::npos) << warnings.texts()[0];
  }
  write_text(file("in.json"), "{\"basis_sha256\": \"00\", \"basis_sha256\": \"" + expected.identity.sha256 + "\"}");
  EXPECT_EQ(check(""), BasisCheck::unknown);
}

TEST_F(BasisFiles, TheSidecarOfTheInputCounts) {
  write_text(file("in.json"), "{\"basis_sha256\": \"" + expected.identity.sha256 + "\"}");
  EXPECT_EQ(check(""), BasisCheck::verified);
  for (const char* key : {"basis_sha256", "BasisSHA256"}) {
    std::string capitals = expected.identity.sha256;
    for (char& c : capitals) c = static_cast<char>(std::toupper(c));
    write_text(file("in.json"), std::string("{\"") + key + "\": \"" + capitals + "\"}");
    EXPECT_EQ(check(""), BasisCheck::verified) << key;
    write_text(file("in.json"), std::string("{\"") + key + "\": \"00\"}");
    expect_error(base::exit_disagreement, {"in.json", expected.identity.sha256, "found 00"}, [&] { check(""); });
  }
  write_text(file("in.json"), "{\"basis_sha256\": \"00\"}");
  expect_error(base::exit_disagreement, {"in.json", expected.identity.sha256, "found 00"}, [&] { check(""); });
  expect_error(base::exit_disagreement, {"in.json"}, [&] { check(write_basis<double>("u.mat", columns)); });
  write_text(file("in.json"), "{\"EchoTime\": 0.0035}");
  EXPECT_EQ(check(""), BasisCheck::unknown);
  for (const char* text : {"{", "", "[]", "{\"a\": [0, 0.5,]}", "{\"a\": NaN}", "{\"a\": \"M\xfcnster\"}"}) {
    write_text(file("in.json"), text);
    EXPECT_EQ(check(""), BasisCheck::unknown) << text;
    ASSERT_EQ(warnings.texts().size(), 1u) << text;
    EXPECT_NE(warnings.texts()[0].find("in.json"), std::string::npos) << text;
  }
}

TEST_F(BasisFiles, AMissingBasisFileIsNamed) {
  expect_error(base::exit_input, {"none.mat"}, [&] { check(file("none.mat") + ":U"); });
  expect_error(base::exit_input, {"none.crbm"}, [&] { check(file("none.crbm")); });
}

}  // namespace
}  // namespace crbrt::tests
