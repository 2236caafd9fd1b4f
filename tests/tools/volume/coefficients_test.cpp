// SPDX-License-Identifier: Apache-2.0
// The same coefficients from every kind of file, and one clear line for every file that is not what it should be.
#include "tools/volume/coefficients.h"

#include <gtest/gtest.h>

#include "tests/support/shared_data.h"
#include "tests/tools/volume/coefficient_files.h"
#include "tests/tools/volume/expect_error.h"

namespace crbrt::tests {
namespace {

using volume::CoefficientImage;

TEST_F(CoefficientFiles, ComplexNiftiOfBothPrecisionsAndByteOrders) {
  const std::vector<std::complex<double>> doubles(values.begin(), values.end());
  for (const ByteOrder order : {ByteOrder::native, ByteOrder::swapped}) {
    write_nifti1(file("c64.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values), {}, order});
    expect_same(file("c64.nii"));
    write_nifti1(file("c128.nii"), {with(grid, {n_coeff}), DT_COMPLEX128, bytes_of(doubles), {}, order});
    expect_same(file("c128.nii"));
  }
}

TEST_F(CoefficientFiles, StackedNiftiHoldsAllRealThenAllImaginaryImages) {
  write_nifti1(file("f32.nii"), {with(grid, {2 * n_coeff}), DT_FLOAT32, bytes_of(stacked<float>(values))});
  expect_same(file("f32.nii"));
  write_nifti1(file("f64.nii"),
               {with(grid, {2 * n_coeff}), DT_FLOAT64, bytes_of(stacked<double>(values)), {}, ByteOrder::swapped});
  expect_same(file("f64.nii"));
}

TEST_F(CoefficientFiles, IntegersAreScaledBySlopeAndIntercept) {
  const auto scale = [](nifti_1_header& header) { header.scl_slope = 0.125f; };
  write_nifti1(file("i16.nii"), {with(grid, {2 * n_coeff}), DT_INT16, bytes_of(stacked<std::int16_t>(values, 8)), scale});
  expect_same(file("i16.nii"));
  std::vector<std::uint8_t> shifted;
  for (const std::int16_t v : stacked<std::int16_t>(values, 8)) shifted.push_back(static_cast<std::uint8_t>(v + 128));
  const auto shift = [](nifti_1_header& header) { header.scl_slope = 0.125f, header.scl_inter = -16; };
  write_nifti1(file("u8.nii"), {with(grid, {2 * n_coeff}), DT_UINT8, bytes_of(shifted), shift});
  expect_same(file("u8.nii"));
}

TEST_F(CoefficientFiles, CompressedNiftiInOneOrSeveralMembers) {
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  gzip(file("c.nii"), file("one.nii.gz"));
  expect_same(file("one.nii.gz"));
  const std::string all = content_of(file("c.nii"));
  write_text(file("head"), all.substr(0, 500));
  write_text(file("tail"), all.substr(500));
  gzip(file("head"), file("head.gz"));
  gzip(file("tail"), file("tail.gz"));
  write_text(file("two.nii.gz"), content_of(file("head.gz")) + content_of(file("tail.gz")));
  expect_same(file("two.nii.gz"));
}

TEST_F(CoefficientFiles, SecondVersionOfNifti) {
  write_nifti2(file("n2.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  expect_same(file("n2.nii"));
}

TEST_F(CoefficientFiles, RealAndImaginaryPartsOfTwoFilesLieAtOnePlace) {
  const std::vector<float> both = stacked<float>(values);
  const auto half = static_cast<std::ptrdiff_t>(both.size() / 2);
  const auto write = [&](const std::string& name, bool is_imaginary, float step, float x,
                         std::initializer_list<std::size_t> more) {
    const std::vector<float> part(both.begin() + (is_imaginary ? half : 0), both.end() - (is_imaginary ? 0 : half));
    write_nifti1(file(name), {with(grid, more), DT_FLOAT32, bytes_of(part), [=](nifti_1_header& h) {
                                h.sform_code = 1;
                                h.srow_x[0] = step, h.srow_y[1] = h.srow_z[2] = 2;
                                h.srow_x[3] = x;
                              }});
    return file(name);
  };
  const std::string real = write("re.nii", false, 2, 0, {n_coeff});
  const auto open = [&](const std::string& imaginary, volume::GridCheck check = volume::GridCheck::world) {
    const auto image = CoefficientImage::open(real, imaginary, n_coeff, check);
    const auto voxels = volume::VoxelList::all(image.grid().shape).indices();
    std::vector<float> read(2 * n_coeff * voxels.size());
    volume::BatchReader(image).read(voxels, read.data());
    EXPECT_EQ(read, expected_voxels(values, 24, voxels));
  };
  open(write("im.nii", true, 2, 0, {n_coeff}));
  open(write("im1.nii", true, 2, 0, {1, n_coeff}));
  const std::string mirrored = write("mirrored.nii", true, -2, 6, {n_coeff}),
                    moved = write("moved.nii", true, 2, 30, {n_coeff});
  expect_error(base::exit_input, {"mirrored.nii", "stored in the order of"}, [&] { open(mirrored); });
  expect_error(base::exit_input, {"moved.nii", "imaginary parts on the grid of"}, [&] { open(moved); });
  open(moved, volume::GridCheck::extents);
  std::filesystem::create_hard_link(real, file("twin.nii"));
  for (const std::string& same : {real, file("twin.nii"), file("./re.nii")})
    expect_error(base::exit_input, {"another image than that of the real parts"}, [&] { open(same); });
}

TEST_F(CoefficientFiles, BartKeepsCoefficientsInDimensionSix) {
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  expect_same(file("b.cfl"));
  expect_same(file("b.hdr"));
}

TEST_F(CoefficientFiles, MatlabKeepsCoefficientsLast) {
  write_mat<float>(file("single.mat"), "x", with(grid, {n_coeff}), values);
  expect_same(file("single.mat") + ":x");
  write_mat<double>(file("double.h5"), "coefficients", with(grid, {n_coeff}), values);
  expect_same(file("double.h5") + ":/coefficients");
}

TEST_F(CoefficientFiles, SingletonDimensionsDoNotMatter) {
  write_nifti1(file("vector.nii"), {with(grid, {1, n_coeff}), DT_COMPLEX64, bytes_of(values)});
  expect_same(file("vector.nii"));
  write_mat<float>(file("singleton.mat"), "x", with(grid, {1, 1, n_coeff}), values);
  expect_same(file("singleton.mat") + ":x");
}

TEST_F(CoefficientFiles, TwoDimensionalImagesAreSingleSlices) {
  write_nifti1(file("flat.nii"), {{6, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  expect_same(file("flat.nii"), {6, 4, 1});
  write_nifti1(file("slice.nii"), {{6, 4, 1, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  expect_same(file("slice.nii"), {6, 4, 1});
  write_nifti1(file("stacked.nii"), {{6, 4, 2 * n_coeff}, DT_FLOAT32, bytes_of(stacked<float>(values))});
  expect_same(file("stacked.nii"), {6, 4, 1});
  write_mat<float>(file("flat.mat"), "x", {6, 4, n_coeff}, values);
  expect_same(file("flat.mat") + ":x", {6, 4, 1});
  write_mat<float>(file("list.mat"), "x", {24, n_coeff}, values);
  expect_same(file("list.mat") + ":x", {24, 1, 1});
  write_cfl(file("flat.cfl"), {6, 4, 1, 1, 1, 1, n_coeff}, values);
  expect_same(file("flat.cfl"), {6, 4, 1});
}

// Gaps longer than what one read bridges, runs longer than what one read takes (512 and 16,384 voxels), both ends of the grid.
TEST_F(CoefficientFiles, ListedVoxelsAreThoseOfTheWholeImage) {
  const std::size_t n = 300 * 200;
  const Complexes many = made_up(n * 2);
  write_nifti1(file("wide.nii"), {{300, 200, 1, 2}, DT_COMPLEX64, bytes_of(many)});
  write_nifti1(file("stacked.nii"), {{300, 200, 1, 4}, DT_FLOAT32, bytes_of(stacked<float>(many))});
  std::vector<std::size_t> voxels{0, 1, 512, 1025, 1026, 4000};
  for (std::size_t voxel = 5000; voxel < 45000; voxel += 1 + voxel % 3) voxels.push_back(voxel);
  voxels.push_back(n - 1);
  const std::vector<float> expected = expected_voxels(many, n, voxels);
  EXPECT_EQ(read_voxels(file("wide.nii"), voxels, 2), expected);
  EXPECT_EQ(read_voxels(file("stacked.nii"), voxels, 2), expected);
}

TEST_F(CoefficientFiles, MissingFilesAreNamed) {
  expect_error(base::exit_input, {"none.nii", "No such file"}, [&] { CoefficientImage::open(file("none.nii")); });
  expect_error(base::exit_input, {"none.mat", "No such file"}, [&] { CoefficientImage::open(file("none.mat") + ":x"); });
  expect_error(base::exit_input, {(folder / ""), "a folder"}, [&] { CoefficientImage::open((folder / "")); });
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  std::filesystem::remove(file("b.hdr"));
  expect_error(base::exit_input, {"b.hdr"}, [&] { CoefficientImage::open(file("b.cfl")); });
}

TEST_F(CoefficientFiles, TruncatedFilesAreRefused) {
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  gzip(file("c.nii"), file("c.nii.gz"));
  cut(file("c.nii"), 1);
  expect_error(base::exit_input, {"c.nii", "expected 1312 bytes, found 1311 bytes"},
               [&] { CoefficientImage::open(file("c.nii")); });
  cut(file("c.nii"), 1200);
  expect_error(base::exit_input, {"c.nii", "NIfTI"}, [&] { CoefficientImage::open(file("c.nii")); });
  cut(file("c.nii.gz"), 40);
  expect_error(base::exit_input, {"c.nii.gz", "cut off"}, [&] { read_voxels(file("c.nii.gz"), {0}); });
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  cut(file("b.cfl"), 8);
  expect_error(base::exit_input, {"b.cfl", "expected 960 bytes", "found 952 bytes"},
               [&] { CoefficientImage::open(file("b.cfl")); });
  write_mat<float>(file("m.mat"), "x", with(grid, {n_coeff}), values);
  cut(file("m.mat"), std::filesystem::file_size(file("m.mat")) / 2);
  expect_error(base::exit_input, {"m.mat"}, [&] { CoefficientImage::open(file("m.mat") + ":x"); });
}

TEST_F(CoefficientFiles, FilesOfAnotherKindAreRefused) {
  write_text(file("text.nii"), "not an image at all");
  expect_error(base::exit_input, {"text.nii", "NIfTI"}, [&] { CoefficientImage::open(file("text.nii")); });
  write_text(file("text.mat"), "MATLAB 5.0 MAT-file");
  expect_error(base::exit_input, {"text.mat", "MAT v7.3"}, [&] { CoefficientImage::open(file("text.mat") + ":x"); });
  write_mat<float>(file("m.mat"), "x", with(grid, {n_coeff}), values);
  expect_error(base::exit_input, {"m.mat", "\"y\""}, [&] { CoefficientImage::open(file("m.mat") + ":y"); });
  write_mat_real<double>(file("m.mat"), "mask", grid, std::vector<double>(24));
  expect_error(base::exit_input, {"m.mat", "data set after the file name"}, [&] { CoefficientImage::open(file("m.mat")); });
  write_mat_real<double>(file("real.mat"), "x", {4, 3, 5}, std::vector<double>(60));
  expect_error(base::exit_input, {"real.mat", "5 real images (4x3x5)"},
               [&] { CoefficientImage::open(file("real.mat") + ":x"); });
  write_nifti1(file("rgb.nii"), {{4, 3, 2, 2}, DT_RGB24, std::vector<std::byte>(144)});
  expect_error(base::exit_input, {"rgb.nii", "RGB"}, [&] { CoefficientImage::open(file("rgb.nii")); });
}

TEST_F(CoefficientFiles, DimensionsThatMakeNoCoefficientImageAreRefused) {
  write_nifti1(file("odd.nii"), {{4, 3, 2, 5}, DT_FLOAT32, std::vector<std::byte>(480)});
  expect_error(base::exit_input, {"odd.nii", "4x3x2x5"}, [&] { CoefficientImage::open(file("odd.nii")); });
  write_nifti1(file("five.nii"), {{4, 3, 2, 5, 2}, DT_COMPLEX64, std::vector<std::byte>(1920)});
  expect_error(base::exit_input, {"five.nii", "4x3x2x5x2"}, [&] { CoefficientImage::open(file("five.nii")); });
  write_cfl(file("coils.cfl"), {4, 3, 2, 5}, values);
  expect_error(base::exit_input, {"coils.cfl", "dimension 6"}, [&] { CoefficientImage::open(file("coils.cfl")); });
  write_text(file("coils.hdr"), "# Dimensions\n4 3 -2 1\n");
  expect_error(base::exit_input, {"coils.hdr", "-2"}, [&] { CoefficientImage::open(file("coils.cfl")); });
  write_text(file("coils.hdr"), "# Dimensions\n4 3 x\n");
  expect_error(base::exit_input, {"coils.hdr", "4 3 x"}, [&] { CoefficientImage::open(file("coils.cfl")); });
  write_text(file("coils.hdr"), "# Dimensions\n4294967296 4294967296 4294967296\n");
  expect_error(base::exit_input, {"coils.cfl", "reasonable size"}, [&] { CoefficientImage::open(file("coils.cfl")); });
  write_text(file("coils.hdr"), "nothing\n");
  expect_error(base::exit_input, {"coils.hdr", "# Dimensions"}, [&] { CoefficientImage::open(file("coils.cfl")); });
}

TEST_F(CoefficientFiles, AnotherRankIsADisagreement) {
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  const CoefficientImage image = CoefficientImage::open(file("c.nii"));
  image.expect_n_coeff(5, "model m");
  expect_error(base::exit_disagreement, {"c.nii", "13 coefficients per voxel (model m)", "found 5"},
               [&] { image.expect_n_coeff(13, "model m"); });
}

// Counts from the note beside the data.
TEST(InVivoSlice, HasFifteenCoefficientsAndItsMask) {
  const std::string slice = shared_file("data/invivo/coeffs.mat");
  if (slice.empty()) GTEST_SKIP() << "data/invivo/coeffs.mat is not on this machine";
  const CoefficientImage image = CoefficientImage::open(slice + ":x");
  EXPECT_EQ(image.n_coeff(), 15u);
  EXPECT_EQ(image.grid().shape, (volume::Shape{176, 146, 1}));
  base::Warnings warnings("coefficients_test");
  EXPECT_EQ(volume::read_mask(slice + ":mask", image.grid(), volume::GridCheck::world, warnings).size(), 19213u);
}

}  // namespace
}  // namespace crbrt::tests
