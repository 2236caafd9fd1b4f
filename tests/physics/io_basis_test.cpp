// Bases from HDF5 and MAT files.
#include <gtest/gtest.h>

#include <Eigen/QR>

#include "physics/io/hdf5_writer.h"
#include "physics/io/sequence_io.h"
#include "tests/physics/expect_error.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using tests::expect_input_error;
using tests::TemporaryFolder;

Eigen::MatrixXd orthonormal(int rows, int columns) {
  std::srand(5);
  const Eigen::MatrixXd random = Eigen::MatrixXd::Random(rows, columns);
  return Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ() * Eigen::MatrixXd::Identity(rows, columns);
}

void write(const std::string& path, const std::string& name, const Eigen::MatrixXd& row_major_transposed) {
  Hdf5Writer file(path, path);
  file.write(name,
             {static_cast<std::size_t>(row_major_transposed.cols()), static_cast<std::size_t>(row_major_transposed.rows())},
             row_major_transposed.data());
  file.close();
}

TEST(BasisFile, Hdf5IsFramesByCoefficients) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4);
  write(folder / "b.h5", "basis", basis.transpose());
  EXPECT_EQ(read_basis(folder / "b.h5"), basis);
  EXPECT_EQ(read_basis(folder / "b.h5:basis"), basis);
  EXPECT_EQ(read_basis(folder / "b.h5:/basis", 2), basis.leftCols(2));
}

TEST(BasisFile, MatlabsDimensionsAreReversed) {
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4);
  write(folder / "b.mat", "U", basis);
  EXPECT_EQ(read_basis(folder / "b.mat:U"), basis);
  EXPECT_EQ(read_basis(folder / "b.mat:U", 3), basis.leftCols(3));
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
  expect_input_error([&] { read_basis(path); }, {path, "expected 4000000000000 bytes in basis", "found room for 0"});
}

TEST(BasisFile, WrongOnesAreNamed) {
  const TemporaryFolder folder;
  const std::string path = folder / "b.h5";
  write(path, "basis", orthonormal(9, 4).transpose());
  expect_input_error([&] { read_basis(path + ":other"); }, {path, "other", "found basis"});
  expect_input_error([&] { read_basis(path, 5); }, {path, "5 columns", "found 4"});
  write(path, "basis", orthonormal(9, 4));
  expect_input_error([&] { read_basis(path); }, {path, "frames", "4 frames and 9 coefficients"});
  write(path, "basis", 1.01 * orthonormal(9, 4).transpose());
  expect_input_error([&] { read_basis(path); }, {path, "orthonormal"});
  expect_input_error([&] { read_basis("nowhere.h5"); }, {"nowhere.h5", "No such file"});
}

TEST(BasisFile, ReadsThePublishedBasis) {
  const std::string path = tests::shared_file("data/invivo/basis.mat");
  if (path.empty()) GTEST_SKIP() << "no data/invivo/basis.mat beside the clone";
  const Eigen::MatrixXd basis = read_basis(path + ":U", 15);
  EXPECT_EQ(basis.rows(), 6852);
  EXPECT_EQ(basis.cols(), 15);
}

}  // namespace
}  // namespace crbrt::physics
