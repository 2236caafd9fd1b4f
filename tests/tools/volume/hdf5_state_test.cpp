// SPDX-License-Identifier: Apache-2.0
// HDF5 images as writers leave them: locked, not closed, packed by a filter that is not there, chunks never written, damaged,
// numbers that lie in other files, and types of numbers that only some programs write.
#include <gtest/gtest.h>

#include <fstream>

#include "physics/io/hdf5_handle.h"
#include "tests/support/hdf5_chunks.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/expect_error.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

using physics::Hdf5Handle;
using volume::CoefficientImage;

Hdf5Handle space_of(const std::vector<hsize_t>& extents) {
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose};
}

Hdf5Handle new_file(const std::string& path) {
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose};
}

/// Rows of a virtual data set of six columns: a source file beside it and the rows [0, 4) of its data set x.
void write_virtual(const std::string& path, hsize_t rows, const std::vector<std::string>& sources, hsize_t source_rows = 4) {
  const Hdf5Handle file = new_file(path), space = space_of({rows, 6}), source = space_of({source_rows, 6}),
                   properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hsize_t from[] = {0, 0}, whole[] = {source_rows, 6};
  H5Sselect_hyperslab(source.get(), H5S_SELECT_SET, from, nullptr, whole, nullptr);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const hsize_t start[] = {i * source_rows, 0}, count[] = {source_rows, 6};
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, count, nullptr);
    ASSERT_GE(H5Pset_virtual(properties.get(), space.get(), sources[i].c_str(), "/x", source.get()), 0);
  }
  const Hdf5Handle dataset(
      H5Dcreate2(file.get(), "x", H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
  ASSERT_TRUE(dataset.ok());
}

/// x of a type as the file has it, whose numbers are these.
template <class Number>
void write_typed(const std::string& path, hid_t type, const std::vector<Number>& numbers) {
  const Hdf5Handle file = new_file(path), space = space_of({1, numbers.size()});
  const Hdf5Handle dataset(H5Dcreate2(file.get(), "x", type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  ASSERT_GE(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
}

/// An attribute of one number to x, or to the group x.
void add_attribute(const std::string& path, const char* name, double value, hsize_t n = 1) {
  const Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose),
      space = space_of({n}), object(H5Oopen(file.get(), "x", H5P_DEFAULT), H5Oclose),
      attribute(H5Acreate2(object.get(), name, H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const std::vector<double> values(n, value);
  ASSERT_GE(H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, values.data()), 0);
}

std::vector<double> numbers_of(const std::string& spec) {
  return volume::read_doubles(volume::open_image(volume::FileSpec::parse(spec)));
}

class Hdf5States : public testing::Test {
 protected:
  /// [voxels, 2 R] as MATLAB would show it: two coefficients.
  void write(hsize_t rows_written, H5Z_filter_t filter = deflate_filter) const {
    std::filesystem::remove(path);
    write_chunked(path, {"x", {4, 6}, rows_written, filter});
  }
  void expect_refused(const std::vector<std::string>& parts) const {
    expect_error(base::exit_input, parts, [&] { read_first(CoefficientImage::open(path + ":x")); });
  }
  static std::vector<float> read_first(const CoefficientImage& image) {
    std::vector<float> voxel(2 * image.n_coeff());
    volume::BatchReader(image).read(std::vector<std::size_t>{0}, voxel.data());
    return voxel;
  }

  const TemporaryFolder folder;
  const std::string path = folder / "f.h5";
};

TEST_F(Hdf5States, ChunksThatNobodyWroteAreSaidAndReadAsTheFillValue) {
  write(4);
  EXPECT_EQ(CoefficientImage::open(path).notes(), std::vector<std::string>{});
  write(3);
  const CoefficientImage image = CoefficientImage::open(path);
  EXPECT_EQ(image.notes(), std::vector{path + ": 25 % of its chunks were never written and read as the fill value"});
  EXPECT_EQ(read_first(image), (std::vector<float>{0.25f, 0.25f, 0.25f, 0}));
  write(0);
  expect_refused({path, "a data set with data", "nobody has written anything"});
}

TEST_F(Hdf5States, AMaskOfSuchAFileIsToldAndAMapIsRefused) {
  write(3);
  base::Warnings warnings("test");
  volume::read_mask(path, {{6, 4, 1}, {}}, volume::GridCheck::world, warnings);
  ASSERT_FALSE(warnings.texts().empty());
  EXPECT_EQ(warnings.texts()[0], path + ": 25 % of its chunks were never written and read as the fill value");
  expect_error(base::exit_input, {path, "a complete image", "found 25 % of its chunks"}, [&] { volume::read_values(path); });
}

TEST_F(Hdf5States, AFilterThatHdf5DoesNotHaveIsNamed) {
  {
    const RegisteredFilter lzf(lzf_filter, "lzf");
    write(4, lzf_filter);
  }
  expect_refused({path + ":x", "decompress by itself", "compressed by lzf (HDF5 filter 32000)"});
}

TEST_F(Hdf5States, AFileThatItsWriterHasOpenIsNamed) {
  const Hdf5WriterElsewhere writer(path, false);
  expect_refused({path, "another program has open for writing"});
}

TEST_F(Hdf5States, AFileThatItsWriterDidNotCloseIsNamed) {
  { const Hdf5WriterElsewhere killed(path, true); }
  expect_refused({path, "did not close it", "h5clear"});
}

TEST_F(Hdf5States, WhatEndsTheProcessThatReadsItIsABadFile) {
  const RegisteredFilter fatal(fatal_filter, "fatal");
  write(4, fatal_filter);
  expect_refused({path + ":x", "an intact file", "HDF5 ended by signal 11"});
}

class Hdf5Elsewhere : public Hdf5States {
 protected:
  std::string file(const std::string& name) const { return folder / name; }
};

TEST_F(Hdf5Elsewhere, SourcesOfVirtualDataSetsAreThereAsAWhole) {
  write_chunked(file("s0.h5"), {"x", {4, 6}, 4});
  write_chunked(file("s1.h5"), {"x", {4, 6}, 4});
  write_virtual(path, 8, {"s0.h5", "s1.h5"});
  EXPECT_EQ(numbers_of(path), std::vector<double>(48, 0.25));
  EXPECT_EQ(CoefficientImage::open(path).notes(), std::vector<std::string>{});
  std::filesystem::remove(file("s1.h5"));
  expect_refused({path, "the source s1.h5 of a virtual data set", "found none"});
  write_chunked(file("s1.h5"), {"y", {4, 6}, 4});
  expect_refused({path, "the data set /x in s1.h5", "found none"});
  std::filesystem::remove(file("s1.h5"));
  write_chunked(file("s1.h5"), {"x", {4, 6}, 2});
  EXPECT_EQ(CoefficientImage::open(path).notes(),
            std::vector{path + ": 25 % of its chunks were never written and read as the fill value"});
  std::filesystem::remove(file("s1.h5"));
  write_chunked(file("s1.h5"), {"x", {3, 6}, 3});
  expect_refused({path, "at least [4, 6] numbers in /x in s1.h5", "found [3, 6]"});
  std::filesystem::remove(file("s1.h5"));
  write_chunked(file("s1.h5"), {"x", {5, 6}, 5});
  EXPECT_EQ(CoefficientImage::open(path).notes(), std::vector<std::string>{});
  write_virtual(path, 16, {"s0.h5"});
  EXPECT_EQ(CoefficientImage::open(path).notes(),
            std::vector{path + ": 75 % of its chunks were never written and read as the fill value"});
}

// Four rows each, as many as there are: HDF5 lets the data set end before the first that is missing.
TEST_F(Hdf5Elsewhere, SourcesByAPatternAreNoFillValue) {
  for (const char* source : {"s0.h5", "s1.h5", "s2.h5"}) write_chunked(file(source), {"x", {4, 6}, 4});
  {
    const hsize_t now[] = {12, 6}, most[] = {H5S_UNLIMITED, 6}, start[] = {0, 0}, stride[] = {4, 6},
                  count[] = {H5S_UNLIMITED, 1}, block[] = {4, 6};
    const Hdf5Handle h5 = new_file(path), space(H5Screate_simple(2, now, most), H5Sclose), source = space_of({4, 6}),
                     properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, stride, count, block);
    ASSERT_GE(H5Pset_virtual(properties.get(), space.get(), "s%b.h5", "/x", source.get()), 0);
    const Hdf5Handle dataset(
        H5Dcreate2(h5.get(), "x", H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
    ASSERT_TRUE(dataset.ok());
  }
  EXPECT_EQ(numbers_of(path), std::vector<double>(72, 0.25));
  EXPECT_EQ(volume::open_image(volume::FileSpec::parse(path)).notes, std::vector<std::string>{});
  std::filesystem::remove(file("s1.h5"));
  EXPECT_EQ(numbers_of(path), std::vector<double>(24, 0.25));
}

TEST_F(Hdf5Elsewhere, ExternalRawDataAreThereAsAWhole) {
  const std::string raw = file("raw.bin");
  constexpr std::size_t before = 16;
  {
    const std::vector<double> values(24, 0.25);
    std::ofstream bytes(raw, std::ios::binary);
    bytes << std::string(before, 'h');
    bytes.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof values[0]));
  }
  {
    const Hdf5Handle h5 = new_file(path), space = space_of({4, 6}), properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    ASSERT_GE(H5Pset_external(properties.get(), raw.c_str(), before, H5F_UNLIMITED), 0);
    const Hdf5Handle dataset(
        H5Dcreate2(h5.get(), "x", H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
    ASSERT_TRUE(dataset.ok());
  }
  EXPECT_EQ(numbers_of(path), std::vector<double>(24, 0.25));
  std::filesystem::resize_file(raw, before + 24 * sizeof(double) - 1);
  expect_refused({path, raw, "208 bytes", "found 207 bytes"});
  std::filesystem::remove(raw);
  expect_refused({path, raw, "208 bytes", "found none"});
}

// A file of links is a thousand times smaller than the images that it names.
TEST_F(Hdf5Elsewhere, TheFileThatHoldsTheNumbersSaysWhatItHasRoomFor) {
  constexpr hsize_t rows = 60000;
  write_chunked(file("big.h5"), {"y", {1, 6}, 1});
  {
    const Hdf5Handle big(H5Fopen(file("big.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose),
        space = space_of({rows, 6}),
        dataset(H5Dcreate2(big.get(), "x", H5T_NATIVE_DOUBLE, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
    const std::vector<double> values(rows * 6, 0.25);
    ASSERT_GE(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  }
  {
    const Hdf5Handle index = new_file(path);
    ASSERT_GE(H5Lcreate_external("big.h5", "/x", index.get(), "x", H5P_DEFAULT, H5P_DEFAULT), 0);
  }
  ASSERT_LT(std::filesystem::file_size(path) * 1032, rows * 6 * sizeof(double));
  EXPECT_EQ(numbers_of(path).size(), rows * 6);
  write_virtual(path, rows, {"big.h5"}, rows);
  EXPECT_EQ(numbers_of(path).size(), rows * 6);
  write_virtual(path, hsize_t{1} << 40, {"big.h5"}, rows);
  expect_refused({path, "expected 52776558133248 bytes"});
  std::filesystem::remove(file("big.h5"));
  {
    const Hdf5Handle index = new_file(path);
    ASSERT_GE(H5Lcreate_external("big.h5", "/x", index.get(), "x", H5P_DEFAULT, H5P_DEFAULT), 0);
  }
  expect_refused({path, "x, a link into the file big.h5", "found none"});
  expect_error(base::exit_input, {path, "x, a link into the file big.h5"}, [&] { CoefficientImage::open(path); });
}

TEST_F(Hdf5Elsewhere, BitsAndEnumerationsAreNumbers) {
  const std::vector<std::uint8_t> bits{0, 1, 1, 255};
  write_typed(path, H5T_NATIVE_B8, bits);
  EXPECT_EQ(numbers_of(path), (std::vector<double>{0, 1, 1, 255}));
  write_typed(path, H5T_STD_B16BE, std::vector<std::uint16_t>{0x0100, 0xffff});
  EXPECT_EQ(numbers_of(path), (std::vector<double>{1, 65535}));
  const auto write_enumeration = [&](hid_t base, auto in) {
    const Hdf5Handle type(H5Tenum_create(base), H5Tclose);
    const decltype(in) out = 0;
    H5Tenum_insert(type.get(), "out", &out);
    H5Tenum_insert(type.get(), "in", &in);
    write_typed(path, type.get(), std::vector{out, in, in});
    EXPECT_EQ(numbers_of(path), (std::vector<double>{0, static_cast<double>(in), static_cast<double>(in)}));
  };
  write_enumeration(H5T_NATIVE_INT8, std::int8_t{-3});
  write_enumeration(H5T_NATIVE_UINT8, std::uint8_t{200});
  write_enumeration(H5T_NATIVE_INT16, std::int16_t{-300});
  write_enumeration(H5T_NATIVE_UINT16, std::uint16_t{65000});
  write_enumeration(H5T_NATIVE_INT32, std::int32_t{-70000});
  write_enumeration(H5T_NATIVE_UINT64, std::uint64_t{1} << 40);
}

TEST_F(Hdf5Elsewhere, PackedNumbersAreUnpacked) {
  const std::vector<std::int16_t> stored{0, 4, -8};
  write_typed(path, H5T_NATIVE_INT16, stored);
  add_attribute(path, "scale_factor", 0.25);
  EXPECT_EQ(numbers_of(path), (std::vector<double>{0, 1, -2}));
  add_attribute(path, "add_offset", 10);
  EXPECT_EQ(numbers_of(path), (std::vector<double>{10, 11, 8}));
  for (const double no_scale : {0.0, std::numeric_limits<double>::infinity()}) {
    write_typed(path, H5T_NATIVE_INT16, stored);
    add_attribute(path, "scale_factor", no_scale);
    expect_refused({path, "the attribute scale_factor"});
  }
  write_typed(path, H5T_NATIVE_INT16, stored);
  add_attribute(path, "add_offset", 1, 3);
  expect_refused({path, "one number in the attribute add_offset", "found 3"});
}

// MATLAB writes a sparse matrix as a group of three vectors, and an empty array as its extents.
TEST_F(Hdf5Elsewhere, WhatMatlabWritesInPlaceOfAnArrayIsNamed) {
  { const Hdf5Handle h5 = new_file(path), group(H5Gcreate2(h5.get(), "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose); }
  write_chunked(path, {"x/data", {1, 6}, 1});
  EXPECT_EQ(numbers_of(path + ":x"), std::vector<double>(6, 0.25));  // no mark: a group of ISMRMRD
  add_attribute(path, "MATLAB_sparse", 6);
  for (const char* name : {":x", ""})
    expect_error(base::exit_input, {path, "a full array (full(x))", "found a sparse matrix"}, [&] { numbers_of(path + name); });
  write_typed(path, H5T_NATIVE_UINT64, std::vector<std::uint64_t>{0, 0});
  add_attribute(path, "MATLAB_empty", 1);
  expect_refused({path, "an array of numbers", "found an empty array"});
  write_chunked(path, {"y", {4, 6}, 4});
  EXPECT_EQ(numbers_of(path), std::vector<double>(24, 0.25)) << "the only array";
}

TEST_F(Hdf5Elsewhere, TheOnlyDataSetIsNamedByItsType) {
  const Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 8), H5Tclose);
  H5Tinsert(type.get(), "f0", 0, H5T_NATIVE_FLOAT);
  H5Tinsert(type.get(), "f1", 4, H5T_NATIVE_FLOAT);
  write_typed(path, type.get(), std::vector<std::uint64_t>{0, 0});
  for (const char* name : {":x", ""})
    expect_error(base::exit_input, {path, "a pair such as {real, imag}", "found records {f0, f1}"},
                 [&] { numbers_of(path + name); });
}

}  // namespace
}  // namespace crbrt::tests
