// SPDX-License-Identifier: Apache-2.0
// Masks of every kind mark the same voxels; one of another shape or without a voxel is refused.
#include "tools/volume/image_values.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {
namespace {

class MaskFiles : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder / name; }
  template <class T>
  static std::vector<T> as(const std::vector<int>& numbers) {
    return std::vector<T>(numbers.begin(), numbers.end());
  }

  std::vector<std::size_t> read_mask(const std::string& path, const volume::Shape& extents = {3, 2, 1}) {
    return volume::read_mask(path, {extents, {}}, volume::GridCheck::world, warnings).indices();
  }

  TemporaryFolder folder;
  base::Warnings warnings{"mask_test"};
  const std::vector<int> numbers{0, 1, 0, 0, 1, 1};
  const std::vector<std::size_t> marked{1, 4, 5};
};

TEST_F(MaskFiles, EveryKindMarksTheSameVoxels) {
  write_nifti1(file("u8.nii"), {{3, 2, 1}, DT_UINT8, bytes_of(as<std::uint8_t>(numbers))});
  EXPECT_EQ(read_mask(file("u8.nii")), marked);
  gzip(file("u8.nii"), file("u8.nii.gz"));
  EXPECT_EQ(read_mask(file("u8.nii.gz")), marked);
  write_nifti1(file("i64.nii"), {{3, 2, 1}, DT_INT64, bytes_of(as<std::int64_t>(numbers)), {}, ByteOrder::swapped});
  EXPECT_EQ(read_mask(file("i64.nii")), marked);
  write_cfl(file("m.cfl"), {3, 2}, Complexes(numbers.begin(), numbers.end()));
  EXPECT_EQ(read_mask(file("m.cfl")), marked);
  write_mat_real<std::uint8_t>(file("m.mat"), "mask", {3, 2}, as<std::uint8_t>(numbers));
  EXPECT_EQ(read_mask(file("m.mat") + ":mask"), marked);
  write_mat_real<double>(file("d.mat"), "mask", {3, 2}, as<double>(numbers));
  EXPECT_EQ(read_mask(file("d.mat") + ":mask"), marked);
}

TEST_F(MaskFiles, TwoDimensionalEqualsSingleSliceAndSingletonsDoNotMatter) {
  for (const Extents& extents : {Extents{3, 2}, Extents{3, 2, 1}, Extents{3, 2, 1, 1}, Extents{3, 2, 1, 1, 1}}) {
    write_nifti1(file("m.nii"), {extents, DT_FLOAT32, bytes_of(as<float>(numbers))});
    EXPECT_EQ(read_mask(file("m.nii")), marked) << extents.size() << " dimensions";
  }
}

// Long runs of one number and pieces of several, whose ends lie anywhere: what a mask of a brain has and six voxels have not.
TEST_F(MaskFiles, ALongMaskMarksWhatEachVoxelSays) {
  std::mt19937 random(1);
  std::vector<float> values;
  while (values.size() < 5000) {
    const std::array kinds{0.0f, 0.0f, 1.0f, 1.0f, 7.0f, std::numeric_limits<float>::quiet_NaN()};
    values.insert(values.end(), 1 + random() % 150, kinds[random() % kinds.size()]);
  }
  std::vector<std::size_t> expected;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (values[v] > 0) expected.push_back(v);
  write_nifti1(file("m.nii"), {{values.size(), 1, 1}, DT_FLOAT32, bytes_of(values)});
  EXPECT_EQ(read_mask(file("m.nii"), {values.size(), 1, 1}), expected);
  EXPECT_TRUE(warnings.texts().empty());
}

TEST_F(MaskFiles, NanMarksNothingAndLabelsAll) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  write_nifti1(file("m.nii"), {{3, 2, 1}, DT_FLOAT32, bytes_of(std::vector<float>{nan, 1, 0, -0.0f, 7, 2})});
  EXPECT_EQ(read_mask(file("m.nii")), marked);
  EXPECT_TRUE(warnings.texts().empty());
}

// Labels as nibabel scales them into 16 and 8 bits, and one that resampling has moved by rounding: 0 and 1 are not exact.
TEST_F(MaskFiles, WholeNumbersThatScalingOrRoundingMovedAreWhole) {
  const auto scaled = [&](int datatype, std::vector<std::byte> bytes, float slope, float intercept) {
    write_nifti1(file("m.nii"), {{3, 2, 1}, datatype, std::move(bytes), [=](nifti_1_header& h) {
                                   h.scl_slope = slope;
                                   h.scl_inter = intercept;
                                 }});
    EXPECT_EQ(read_mask(file("m.nii")), marked);
  };
  const auto stored = [](std::initializer_list<int> numbers_) { return std::vector<int>(numbers_); };
  const float step = 4.0f / 65535;  // 0 .. 4 over all of int16
  scaled(DT_INT16, bytes_of(as<std::int16_t>(stored({-32768, -16384, -32768, -32768, 32767, -1}))), step, 32768 * step);
  scaled(DT_UINT8, bytes_of(as<std::uint8_t>(stored({0, 64, 0, 0, 255, 191}))), 4.0f / 255, 0);
  write_nifti1(file("m.nii"), {{3, 2, 1}, DT_FLOAT32, bytes_of(std::vector<float>{0, 0.99999994f, 1e-7f, 0, 4.0000005f, 2})});
  EXPECT_EQ(read_mask(file("m.nii")), marked);
  EXPECT_TRUE(warnings.texts().empty()) << warnings.texts()[0];
}

TEST_F(MaskFiles, AListMayBeARowOrAColumn) {
  for (const Extents& extents : {Extents{6, 1, 1}, Extents{1, 6, 1}, Extents{1, 1, 6}}) {
    write_npy_real(file("m.npy"), extents, as<float>(numbers), NumpyOrder::fortran);
    EXPECT_EQ(read_mask(file("m.npy"), {6, 1, 1}), marked);
  }
}

TEST_F(MaskFiles, InterpolatedMasksMarkFromHalfTheirMaximumAndItIsSaidOnce) {
  write_nifti1(file("m.nii"), {{3, 2, 1}, DT_FLOAT32, bytes_of(std::vector<float>{-0.1f, 0.5f, 1e-3f, 0, 0.75f, 1})});
  EXPECT_EQ(read_mask(file("m.nii")), marked);
  EXPECT_EQ(read_mask(file("m.nii")), marked);
  ASSERT_EQ(warnings.texts().size(), 1u);
  EXPECT_NE(warnings.texts()[0].find("m.nii: a mask with negative numbers (-0.1 to 1): the 2 voxels that are not 0 but below"),
            std::string::npos)
      << warnings.texts()[0];
  write_nifti1(file("n.nii"), {{3, 2, 1}, DT_FLOAT32, bytes_of(std::vector<float>{-1, -2, 0, 0, -1, -1})});
  expect_error(base::exit_input, {"n.nii", "at least one voxel in the mask"}, [&] { read_mask(file("n.nii")); });
}

TEST_F(MaskFiles, AScaleOfNanIsNone) {
  const auto scale = [](nifti_1_header& h) { h.scl_slope = h.scl_inter = std::numeric_limits<float>::quiet_NaN(); };
  write_nifti1(file("m.nii"), {{3, 2, 1}, DT_UINT8, bytes_of(as<std::uint8_t>(numbers)), scale});
  EXPECT_EQ(read_mask(file("m.nii")), marked);
}

TEST_F(MaskFiles, AnotherShapeIsRefused) {
  write_nifti1(file("m.nii"), {{2, 3, 1}, DT_UINT8, bytes_of(as<std::uint8_t>(numbers))});
  expect_error(base::exit_input, {"m.nii", "a mask of 3x2x1", "found 2x3x1"}, [&] { read_mask(file("m.nii")); });
  write_nifti1(file("four.nii"), {{3, 2, 1, 2}, DT_UINT8, std::vector<std::byte>(12)});
  expect_error(base::exit_input, {"four.nii", "found 3x2x2"}, [&] { read_mask(file("four.nii")); });
}

TEST_F(MaskFiles, AnEmptyMaskIsRefused) {
  write_nifti1(file("m.nii"), {{3, 2, 1}, DT_UINT8, std::vector<std::byte>(6)});
  expect_error(base::exit_input, {"m.nii", "at least one voxel in the mask"}, [&] { read_mask(file("m.nii")); });
}

TEST_F(MaskFiles, LongMasksAreReadInPieces) {  // a piece is 65,536 voxels
  std::vector<std::uint8_t> many(200 * 200 * 5);
  const std::vector<std::size_t> expected{0, 65535, 65536, 131072, many.size() - 1};
  for (const std::size_t voxel : expected) many[voxel] = 1;
  write_nifti1(file("m.nii"), {{200, 200, 5}, DT_UINT8, bytes_of(many)});
  EXPECT_EQ(read_mask(file("m.nii"), {200, 200, 5}), expected);
}

}  // namespace
}  // namespace crbrt::tests
