// SPDX-License-Identifier: Apache-2.0
// HDF5 files of other programs, odd ones and damaged ones: read, or refused by name, and never a crash of the program.
#include <gtest/gtest.h>
#include <hdf5.h>

#include "physics/io/dataset.h"
#include "physics/io/hdf5_reader.h"
#include "physics/io/sequence_io.h"
#include "tests/physics/expect_error.h"
#include "tests/support/hdf5_chunks.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using tests::expect_input_error;

class Hdf5Files : public testing::Test {
 protected:
  Hdf5Files() : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~Hdf5Files() override { close(); }

  /// A data set of two elements; names with / make groups.
  void add(const std::string& name, hid_t type, const void* values) {
    const hsize_t extent = 2;
    const hid_t space = H5Screate_simple(1, &extent, nullptr), groups = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(groups, 1);
    const hid_t dataset = H5Dcreate2(file_, name.c_str(), type, space, groups, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Dclose(dataset);
    H5Pclose(groups);
    H5Sclose(space);
  }
  void add(const std::string& name, const std::vector<double>& values) { add(name, H5T_NATIVE_DOUBLE, values.data()); }

  void add_pair(const std::string& name, const char* first, const char* second, const std::vector<float>& numbers) {
    const hid_t type = H5Tcreate(H5T_COMPOUND, 2 * sizeof(float));
    H5Tinsert(type, first, 0, H5T_NATIVE_FLOAT);
    H5Tinsert(type, second, sizeof(float), H5T_NATIVE_FLOAT);
    add(name, type, numbers.data());
    H5Tclose(type);
  }

  /// Done: what follows reads.
  const std::string& close() {
    if (file_ >= 0) H5Fclose(file_);
    file_ = -1;
    return path;
  }

  const tests::TemporaryFolder folder;
  const std::string path = folder / "f.h5";

 private:
  hid_t file_;
};

TEST_F(Hdf5Files, ComplexNumbersHaveAnyCommonNames) {
  const std::vector<std::complex<double>> expected{{1, 2}, {3, 4}};
  add_pair("a", "real", "imag", {1, 2, 3, 4});
  add_pair("b", "r", "i", {1, 2, 3, 4});
  add_pair("c", "Im", "Re", {2, 1, 4, 3});
  add_pair("d", "x", "y", {1, 2, 3, 4});
  const Hdf5Reader reader(close());
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(reader.complex(name).values, expected) << name;
  expect_input_error([&] { reader.complex("d"); }, {path, "complex numbers in d", "found records"});
  expect_input_error([&] { reader.real("a"); }, {path, "real numbers in a", "found complex"});
}

TEST_F(Hdf5Files, OctavesVariablesAreGroupsWithAValue) {
  add("alpha/value", {3, 1});
  add("TRF/value", {5e-4, 1e-4});
  const Sequence sequence = read_sequence(close(), 3.5e-3);
  ASSERT_EQ(sequence.cycles.size(), 1u);
  EXPECT_EQ(sequence.cycles[0].alpha_rad, (std::vector<double>{3, 1}));
}

TEST_F(Hdf5Files, WhatIsThereInPlaceOfADataSetIsNamed) {
  add("Alpha", {3, 1});
  add("train/alpha", {3, 1});
  const Hdf5Reader reader(close());
  expect_input_error([&] { reader.real("alpha"); }, {path, "a data set named \"alpha\"", "found Alpha [2], train/alpha [2]"});
  expect_input_error([&] { reader.real("train"); }, {path, "\"train\"", "a group of that name", "train/alpha [2]"});
  expect_input_error([&] { reader.complex("Alpha"); }, {path, "complex numbers in Alpha", "found real numbers"});
}

TEST_F(Hdf5Files, ChunksThatNobodyWroteAreNoData) {
  close();
  const auto write = [&](hsize_t alpha_rows) {
    std::filesystem::remove(path);
    tests::write_chunked(path, {"alpha", {4, 2}, alpha_rows});
    tests::write_chunked(path, {"TRF", {4, 2}, 4});
  };
  const auto read = [&] { read_sequence(path, 3.5e-3); };
  write(0);
  expect_input_error(read, {path + ": alpha", "a data set with data", "nobody has written anything"});
  write(3);
  expect_input_error(read, {path + ": alpha", "written as a whole", "25 % of its chunks never written"});
  write(4);
  EXPECT_EQ(Hdf5Reader(path).real("alpha").values, std::vector<double>(8, 0.25));
}

TEST_F(Hdf5Files, AFilterThatHdf5DoesNotHaveIsNamed) {
  close();
  {
    const tests::RegisteredFilter lzf(tests::lzf_filter, "lzf");
    tests::write_chunked(path, {"alpha", {4, 2}, 4, tests::lzf_filter});
  }
  expect_input_error([&] { read_sequence(path, 3.5e-3); },
                     {path + ": alpha", "decompress by itself", "compressed by lzf (HDF5 filter 32000)"});
}

TEST_F(Hdf5Files, AFileThatItsWriterHasOpenIsNamed) {
  close();
  const tests::Hdf5WriterElsewhere writer(path, false);
  expect_input_error([&] { Hdf5Reader{path}; }, {path, "another program has open for writing"});
}

TEST_F(Hdf5Files, AFileThatItsWriterDidNotCloseIsNamed) {
  close();
  { const tests::Hdf5WriterElsewhere killed(path, true); }
  expect_input_error([&] { Hdf5Reader{path}; }, {path, "did not close it", "h5clear"});
}

// A damaged file that crashes HDF5 is a file that ends the process which reads it: here a filter of the test does.
TEST_F(Hdf5Files, WhatEndsTheProcessThatReadsItIsABadFile) {
  close();
  const tests::RegisteredFilter fatal(tests::fatal_filter, "fatal");
  tests::write_chunked(path, {"alpha", {4, 2}, 4, tests::fatal_filter});
  expect_input_error([&] { read_sequence(path, 3.5e-3); }, {path, "an intact file", "HDF5 ended by signal 11"});
}

TEST_F(Hdf5Files, AnotherFileOfTheSameNameIsNotMixedWithTheFirst) {
  add("alpha", {3, 1});
  const Hdf5Reader reader(close());
  std::filesystem::rename(path, folder / "old.h5");
  tests::write_chunked(path, {"alpha", {4, 2}, 4});
  try {
    EXPECT_EQ(reader.real("alpha").values, (std::vector<double>{3, 1}));
  } catch (const base::InputError& refused) {
    EXPECT_NE(std::string(refused.what()).find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace crbrt::physics
