// SPDX-License-Identifier: Apache-2.0
// Bases from files of every format, either way round where programs differ in it.
#include "tools/volume/basis_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include "physics/io/hdf5_writer.h"
#include "tests/support/orthonormal.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"
#include "tools/volume/basis_out.h"

namespace crbrt::tests {
namespace {

using physics::Basis;
using physics::Hdf5Writer;

Basis read_basis(const std::string& spec, Eigen::Index rank = 0) {
  base::Warnings warnings("test");
  Basis basis = volume::read_basis(spec, warnings, rank);
  EXPECT_TRUE(warnings.texts().empty());
  return basis;
}

void write(const std::string& path, const std::string& name, const Eigen::MatrixXd& row_major_transposed) {
  Hdf5Writer file(path, path);
  file.write(name,
             {static_cast<std::size_t>(row_major_transposed.cols()), static_cast<std::size_t>(row_major_transposed.rows())},
             row_major_transposed.data());
  file.close();
}

class Hdf5Basis : public testing::Test {
 protected:
  void expect_read(std::initializer_list<const char*> specs) const {
    for (const char* spec : specs) {
      EXPECT_EQ(read_basis(folder / spec), basis) << spec;
      EXPECT_EQ(read_basis(folder / spec, 3), Basis(basis.leftCols(3))) << spec;
    }
  }
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4);
};

TEST_F(Hdf5Basis, IsFramesByCoefficients) {
  write(folder / "b.h5", "basis", basis.transpose());
  expect_read({"b.h5", "b.h5:", "b.h5:basis", "b.h5:/basis"});
}

TEST_F(Hdf5Basis, OfMatlabHasItsDimensionsReversed) {
  write(folder / "b.mat", "U", basis);
  expect_read({"b.mat", "b.mat:U"});
}

TEST_F(Hdf5Basis, ThatMatlabDidNotWriteMayLieEitherWayRound) {
  write(folder / "b.h5", "basis", basis);
  expect_read({"b.h5", "b.h5:"});
}

TEST(BasisFile, EveryFormatOfImagesHoldsBases) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4).cast<float>().cast<double>();
  const Complexes numbers(basis.data(), basis.data() + basis.size());
  write_cfl(folder / "b.cfl", {1, 1, 1, 1, 1, 9, 4}, numbers);
  EXPECT_EQ(read_basis(folder / "b.cfl"), basis);
  EXPECT_EQ(read_basis(folder / "b"), basis) << "a name without ending";
  write_nifti1(folder / "b.nii", {{9, 4}, DT_COMPLEX64, bytes_of(numbers)});
  EXPECT_EQ(read_basis(folder / "b.nii"), basis);
  write_ra(folder / "b.ra", {9, 4}, numbers);
  EXPECT_EQ(read_basis(folder / "b.ra"), basis);
  write_npy(folder / "b.npy", {9, 4}, numbers, NumpyOrder::fortran);
  EXPECT_EQ(read_basis(folder / "b.npy"), basis);
  write_mat5<double>(folder / "five.mat", {{"other", {2, 2}, Complexes(4)}, {"U", {9, 4}, numbers}});
  EXPECT_EQ(read_basis(folder / "five.mat:U", 3), Basis(basis.leftCols(3)));
  EXPECT_EQ(read_basis(folder / "five.mat"), basis) << "U is a usual name";
}

TEST(BasisFile, AMatFileThatIsCutOffHoldsNoBasis) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4).cast<float>().cast<double>();
  const MatVariable variable{"U", {9, 4}, Complexes(basis.data(), basis.data() + basis.size())};
  for (const MatCompression compression : {MatCompression::none, MatCompression::zlib})
    for (const std::size_t bytes_off : {1u, 9u, 100u}) {
      write_mat5<double>(folder / "b.mat", {variable}, compression);
      cut(folder / "b.mat", bytes_off);
      for (const char* spec : {"b.mat:U", "b.mat"})
        expect_error(base::exit_input, {"b.mat", "cut off or damaged"}, [&] { read_basis(folder / spec); });
    }
}

// A complex type alone makes no complex basis: up to 1e-6 of the largest number is what single precision leaves.
TEST(BasisFile, ImaginaryPartsThatAreRoundingAreNone) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4).cast<float>().cast<double>();
  const float negligible = 0.9e-6f * static_cast<float>(basis.maxCoeff());
  Complexes numbers(basis.data(), basis.data() + basis.size());
  for (auto& number : numbers) number.imag(negligible);
  write_mat5<double>(folder / "b.mat", {{"U", {9, 4}, numbers}});
  EXPECT_EQ(read_basis(folder / "b.mat:U"), basis);
  numbers[3].imag(2 * negligible);
  write_mat5<double>(folder / "b.mat", {{"U", {9, 4}, numbers}});
  EXPECT_TRUE(read_basis(folder / "b.mat:U").is_complex());
}

TEST(BasisFile, AComplexBasisKeepsItsImaginaryPartsEitherWayRound) {
  const TemporaryFolder folder;
  const Eigen::MatrixXcd basis = complex_orthonormal(9, 4).cast<std::complex<float>>().cast<std::complex<double>>();
  const Complexes numbers(basis.data(), basis.data() + basis.size());
  write_cfl(folder / "b.cfl", {1, 1, 1, 1, 1, 9, 4}, numbers);
  EXPECT_EQ(read_basis(folder / "b.cfl"), basis);
  EXPECT_EQ(read_basis(folder / "b.cfl", 2), Basis(basis.leftCols(2)));
  write_compound<double>(folder / "b.h5", {"basis", {9, 4}, "r", "i"}, numbers);
  EXPECT_EQ(read_basis(folder / "b.h5"), basis);
  const Eigen::MatrixXcd turned = basis.transpose();
  write_compound<double>(folder / "t.h5", {"basis", {4, 9}, "r", "i"}, {turned.data(), turned.data() + turned.size()});
  EXPECT_EQ(read_basis(folder / "t.h5"), basis) << "turned round, and not conjugated";
}

TEST(BasisFile, ACommonNormIsTakenOutWithAWarning) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4);
  volume::write_basis(folder / "b.npy", 34.1 * basis);
  base::Warnings warnings("test");
  EXPECT_LT((volume::read_basis(folder / "b.npy", warnings).real() - basis).cwiseAbs().maxCoeff(), 1e-15);
  ASSERT_EQ(warnings.texts().size(), 1u);
  EXPECT_NE(warnings.texts()[0].find("all of its columns have the norm 34.1"), std::string::npos) << warnings.texts()[0];
}

// Coefficients in such columns are others than those in U, each by its own factor.
TEST(BasisFile, ColumnsTimesSingularValuesAreNamed) {
  const TemporaryFolder folder;
  volume::write_basis(folder / "us.npy", orthonormal(9, 5) * Eigen::Matrix<double, 5, 1>(12.3, 4.5, 1, 0.5, 0.1).asDiagonal());
  expect_error(base::exit_input, {"us.npy", "norms 12.3, 4.5, 1, 0.5, ...", "U*S", "divide each column by its norm"},
               [&] { read_basis(folder / "us.npy"); });
}

TEST(BasisFile, ColumnsThatAreNotOrthogonalAreNamed) {
  const TemporaryFolder folder;
  Eigen::MatrixXd basis = orthonormal(9, 4);
  basis.col(3) = (basis.col(3) + 0.01 * basis.col(1)).normalized();
  volume::write_basis(folder / "b.npy", basis);
  expect_error(base::exit_input, {"b.npy", "orthonormal", "column 4 at a cosine of 0.01 to column 2"},
               [&] { read_basis(folder / "b.npy"); });
  basis.col(2).setZero();
  volume::write_basis(folder / "zero.npy", basis);
  expect_error(base::exit_input, {"zero.npy", "column 3 of zeros"}, [&] { read_basis(folder / "zero.npy"); });
}

TEST(BasisFile, OneThatPromisesMoreThanItsFileHoldsAsksForNoMemory) {
  const TemporaryFolder folder;
  const std::string path = folder / "b.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t extents[] = {1'000'000'000, 500};
  const hid_t space = H5Screate_simple(2, extents, nullptr);
  H5Dclose(H5Dcreate2(file, "basis", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Fclose(file);
  expect_error(base::exit_input, {path, "expected 4000000000000 bytes", "found a file of"}, [&] { read_basis(path); });
}

TEST(BasisFile, WrongOnesAreNamed) {
  const TemporaryFolder folder;
  const std::string path = folder / "b.h5", mat = folder / "b.mat";
  write(path, "basis", orthonormal(9, 4).transpose());
  expect_error(base::exit_input, {path, "other", "found basis (4x9)"}, [&] { read_basis(path + ":other"); });
  expect_error(base::exit_input, {path, "5 columns", "found 4"}, [&] { read_basis(path, 5); });
  write(mat, "U", orthonormal(9, 4).transpose());
  expect_error(base::exit_input, {mat, "4 frames and 9 coefficients", "transposed"}, [&] { read_basis(mat); });
  write_npy(folder / "t.npy", {4, 9}, Complexes(36), NumpyOrder::own);
  expect_error(base::exit_input, {"t.npy", "transposed"}, [&] { read_basis(folder / "t.npy"); });
  write_npy(folder / "cube.npy", {4, 9, 2}, Complexes(72), NumpyOrder::own);
  expect_error(base::exit_input, {"cube.npy", "[frames, coefficients]", "4x9x2"}, [&] { read_basis(folder / "cube.npy"); });
  expect_error(base::exit_input, {"nowhere.h5", "No such file"}, [&] { read_basis("nowhere.h5"); });
}

TEST(BasisFile, ReadsThePublishedBasis) {
  const std::string path = shared_file("data/invivo/basis.mat");
  if (path.empty()) GTEST_SKIP() << "no data/invivo/basis.mat beside the clone";
  const Basis basis = read_basis(path + ":U", 15);
  EXPECT_FALSE(basis.is_complex());
  EXPECT_EQ(basis.rows(), 6852);
  EXPECT_EQ(basis.cols(), 15);
}

}  // namespace
}  // namespace crbrt::tests
