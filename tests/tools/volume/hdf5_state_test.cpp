// HDF5 images as writers leave them: locked, not closed, packed by a filter that is not there, chunks never written, damaged.
#include <gtest/gtest.h>

#include "tests/support/hdf5_chunks.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/volume/expect_error.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

using volume::CoefficientImage;

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

}  // namespace
}  // namespace crbrt::tests
