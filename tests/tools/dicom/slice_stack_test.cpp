// SPDX-License-Identifier: Apache-2.0
// Stacks of slices: their order, their affine, and what is refused.
#include "tools/dicom/slice_stack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/error.h"

namespace crbrt::dicom {
namespace {

/// Axial slices of 6x5 pixels, every 2.5 mm upwards.
std::vector<SliceImage> axial(std::size_t n) {
  std::vector<SliceImage> images;
  for (std::size_t k = 0; k < n; ++k) {
    SliceImage image;
    image.file = "slice" + std::to_string(k);
    image.sop_instance = "1.2." + std::to_string(k);
    image.columns = 6;
    image.rows = 5;
    image.position = {-10, -20, 30 + 2.5 * static_cast<double>(k)};
    image.along_row = {1, 0, 0};
    image.along_column = {0, 1, 0};
    image.column_mm = 1.25;
    image.row_mm = 1.5;
    images.push_back(image);
  }
  return images;
}

std::string refusal(const std::vector<SliceImage>& images) {
  try {
    stack_of(images, "folder");
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(SliceStack, IsInTheOrderOfPlacesWhateverThatOfFiles) {
  std::vector<SliceImage> images = axial(4);
  std::reverse(images.begin(), images.end());
  std::swap(images[1], images[2]);
  const SliceStack stack = stack_of(images, "folder");
  ASSERT_EQ(stack.slices.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(images[stack.slices[k].front()].file, "slice" + std::to_string(k));
}

// x and y of DICOM point to the left and to the back, those of NIfTI to the right and to the front.
TEST(SliceStack, ItsAffineIsThatOfNifti) {
  const volume::Grid grid = stack_of(axial(4), "folder").grid;
  EXPECT_EQ(grid.shape, (volume::Shape{6, 5, 4}));
  const auto affine = volume::affine_mm(grid.geometry);
  EXPECT_EQ(affine[0], (std::array<double, 4>{-1.25, 0, 0, 10}));
  EXPECT_EQ(affine[1], (std::array<double, 4>{0, -1.5, 0, 20}));
  EXPECT_EQ(affine[2], (std::array<double, 4>{0, 0, 2.5, 30}));
}

TEST(SliceStack, SeveralImagesOfEverySliceAreOneStack) {
  std::vector<SliceImage> images = axial(3);
  for (SliceImage echo : axial(3)) {
    echo.sop_instance += ".2";
    echo.instance_number = 1;
    images.push_back(echo);
  }
  const SliceStack stack = stack_of(images, "folder");
  ASSERT_EQ(stack.slices.size(), 3U);
  EXPECT_EQ(stack.slices[1], (std::vector<std::size_t>{1, 4}));
}

TEST(SliceStack, AMissingSliceIsNamedByItsNeighbours) {
  std::vector<SliceImage> images = axial(5);
  images.erase(images.begin() + 2);
  EXPECT_EQ(refusal(images),
            "folder: expected slices every 2.5 mm, found 1 missing between the slices at 32.5 mm and 37.5 mm along the normal");
}

TEST(SliceStack, ASliceThatIsThereTwiceIsRefused) {
  std::vector<SliceImage> images = axial(4);
  images.push_back(images[1]);
  EXPECT_EQ(refusal(images), "folder: expected every image once, found the same one in slice1 and slice1");
  images.back().sop_instance = "9";
  EXPECT_NE(refusal(images).find("expected as many images of every slice, found 1 of the slice at 30 mm and 2 of"),
            std::string::npos);
}

TEST(SliceStack, AnotherOrientationIsRefused) {
  std::vector<SliceImage> images = axial(4);
  images[2].along_column = {0, 0.9998, 0.02};
  EXPECT_EQ(refusal(images), "folder: expected slices of one orientation, found another one in slice2 than in slice0");
}

TEST(SliceStack, OtherPixelsAreRefused) {
  std::vector<SliceImage> images = axial(4);
  images[2].rows = 6;
  EXPECT_NE(refusal(images).find("found 6x6 pixels of 1.25x1.5 mm in slice2"), std::string::npos);
}

TEST(SliceStack, ASliceThatIsMovedSidewaysIsRefused) {
  std::vector<SliceImage> images = axial(4);
  images[2].position[0] += 0.1;
  EXPECT_NE(refusal(images).find("found one that is moved sideways, in slice2"), std::string::npos);
}

// Positions of two decimals, as some exporters write them: 2.333... mm becomes steps of 2.33 and 2.34.
TEST(SliceStack, PositionsOfTwoDecimalsAreEven) {
  std::vector<SliceImage> images = axial(30);
  for (std::size_t k = 0; k < images.size(); ++k)
    images[k].position[2] = static_cast<double>(static_cast<long>(100 * (7.0 / 3) * static_cast<double>(k) + 0.5)) / 100;
  EXPECT_EQ(refusal(images), "none");
}

}  // namespace
}  // namespace crbrt::dicom
