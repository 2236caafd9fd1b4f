// SPDX-License-Identifier: Apache-2.0
// What is written for reconstructions is what our own readers, and other people's, read.
#include "tools/volume/basis_out.h"

#include <gtest/gtest.h>

#include "tests/support/orthonormal.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/expect_error.h"
#include "tools/volume/basis_file.h"

namespace crbrt::tests {
namespace {

using physics::Basis;
using volume::write_basis;

Basis read_basis(const std::string& spec) {
  base::Warnings warnings("test");
  return volume::read_basis(spec, warnings);
}

class BasisOut : public testing::Test {
 protected:
  const TemporaryFolder folder;
  const Eigen::MatrixXd basis = orthonormal(9, 4);
};

TEST_F(BasisOut, IsReadAgainWithItsHash) {
  for (const Basis& each : {Basis(basis), Basis(complex_orthonormal(9, 4))}) {
    const std::string name = folder / (each.is_complex() ? "complex" : "real");
    for (const char* ending : {".h5", ".mat", ".npy"}) {
      write_basis(name + ending, each);
      EXPECT_EQ(physics::sha256_of(read_basis(name + ending)), physics::sha256_of(each)) << name << ending;
    }
    write_basis(name + ".cfl", each);
    EXPECT_EQ(physics::sha256_of(read_basis(name + ".cfl")), physics::sha256_single_of(each));
    EXPECT_NE(physics::sha256_of(each), physics::sha256_single_of(each));
  }
}

// What MATLAB and libmatio ask of a file of version 7.3 before they look for HDF5, and NumPy of the place of its numbers.
TEST_F(BasisOut, HeadersAreThoseOfTheFormats) {
  write_basis(folder / "b.mat", basis);
  const std::string mat = content_of(folder / "b.mat");
  EXPECT_TRUE(mat.starts_with("MATLAB 7.3 MAT-file"));
  EXPECT_EQ(mat.substr(124, 4), std::string("\0\2IM", 4));
  EXPECT_EQ(mat.substr(512, 4), "\x89HDF");
  write_basis(folder / "b.npy", basis);
  const std::string npy = content_of(folder / "b.npy");
  EXPECT_NE(npy.find("{'descr': '<f8', 'fortran_order': True, 'shape': (9, 4), }"), std::string::npos);
  EXPECT_EQ((npy.size() - 9 * 4 * sizeof(double)) % 64, 0u);
  write_basis(folder / "b.cfl", basis);
  EXPECT_EQ(content_of(folder / "b.hdr"), "# Dimensions\n1 1 1 1 1 9 4 1 1 1 1 1 1 1 1 1\n");
  EXPECT_EQ(content_of(folder / "b.cfl").size(), 9 * 4 * 2 * sizeof(float));
}

TEST_F(BasisOut, AnotherEndingIsRefusedAndLeavesNothing) {
  expect_error(base::exit_usage, {"b.txt", ".h5, .mat, .npy or .cfl"}, [&] { write_basis(folder / "b.txt", basis); });
  EXPECT_EQ(folder.count(), 0u);
}

}  // namespace
}  // namespace crbrt::tests
