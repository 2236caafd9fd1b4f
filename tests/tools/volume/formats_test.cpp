// SPDX-License-Identifier: Apache-2.0
// What people bring: files of MATLAB, Octave, NumPy, h5py, Julia, BART and ISMRMRD give the coefficients that they hold, and a
// file that does not is named for what it is.
#include <hdf5.h>

#include <cmath>
#include <limits>

#include "tests/tools/volume/coefficient_files.h"
#include "tests/tools/volume/expect_error.h"

namespace crbrt::tests {
namespace {

using volume::CoefficientImage;

class FormatFiles : public CoefficientFiles {
 protected:
  void expect_refused(const std::string& spec, const std::vector<std::string>& parts) const {
    expect_error(base::exit_input, parts, [&] { read_voxels(spec, {0}); });
  }
  /// [x, y, z, R, 2]: the memory of all real, then all imaginary images.
  const Extents with_parts = with(grid, {n_coeff, 2});
};

TEST_F(FormatFiles, MatFilesOfVersionsFiveAndSeven) {
  for (const MatCompression compression : {MatCompression::none, MatCompression::zlib}) {
    write_mat5<float>(file("s.mat"), {{"x", with(grid, {n_coeff}), values}}, compression);
    expect_same(file("s.mat:x"));
    expect_same(file("s.mat"));  // the only variable needs no name
    write_mat5<double>(file("d.mat"), {{"mask", grid, Complexes(24, 1)}, {"x", with(grid, {n_coeff}), values}}, compression);
    expect_same(file("d.mat:x"));
    base::Warnings warnings("test");
    const volume::Grid voxels{{4, 3, 2}, {}};
    EXPECT_EQ(volume::read_mask(file("d.mat:mask"), voxels, volume::GridCheck::extents, warnings).size(), 24u);
  }
}

TEST_F(FormatFiles, FieldsOfStructsInMatFilesAreNamedByTheirPath) {
  const MatVariable x{"x", with(grid, {n_coeff}), values}, other{"x", with(grid, {n_coeff}), Complexes(24 * n_coeff, 1)};
  const MatVariable nested{"s", {}, {}, {{{"r", {}, {}, {{x}}}}}}, several{"a", {}, {}, {{other}, {x}}};
  for (const MatCompression compression : {MatCompression::none, MatCompression::zlib}) {
    write_mat5<float>(file("s.mat"), {nested, several}, compression);
    for (const char* name : {"s.r.x", "s/r/x"}) expect_same(file(std::string("s.mat:") + name));
    expect_refused(file("s.mat:s.r.y"), {"s.mat", "\"s.r.y\"", "s.r.x (4x3x2x5 complex)"});
    expect_refused(file("s.mat:a.x"), {"s.mat:a.x", "a struct", "a struct array of 1x2"});
  }
  write_mat<float>(file("seven.mat"), "s/r/x", with(grid, {n_coeff}), values);
  expect_same(file("seven.mat:s/r/x"));
  expect_refused(file("seven.mat:s.r.x"), {"seven.mat", "\"s.r.x\"", "s/r/x (4x3x2x5 complex)"});
}

// [x, y, 2 R], real: as the authors of [six-cycle] published a slice.
TEST_F(FormatFiles, AStackOfRealThenImaginaryImagesInAMatFile) {
  const std::vector<float> real = stacked<float>(values);
  write_mat5<float>(file("slice.mat"), {{"x", {6, 4, 2 * n_coeff}, Complexes(real.begin(), real.end())}});
  expect_same(file("slice.mat:x"), {6, 4, 1});
}

TEST_F(FormatFiles, EveryFormatTakesRealPartsThenImaginaryParts) {
  const std::vector<float> real = stacked<float>(values);
  for (const Extents& extents : {with(grid, {2 * n_coeff}), with_parts}) {
    std::filesystem::remove(file("s.h5"));
    write_mat_real<float>(file("s.h5"), "x", extents, real);
    expect_same(file("s.h5:x"));
    write_mat5<float>(file("s.mat"), {{"x", extents, Complexes(real.begin(), real.end())}});
    expect_same(file("s.mat"));
    write_nifti1(file("s.nii"), {extents, DT_FLOAT32, bytes_of(real)});
    expect_same(file("s.nii"));
    write_ra_real(file("s.ra"), extents, real);
    expect_same(file("s.ra"));
    for (const NumpyOrder order : {NumpyOrder::own, NumpyOrder::fortran}) {
      write_npy_real(file("s.npy"), extents, real, order);
      expect_same(file("s.npy"));
    }
  }
}

// Pairs are the fastest dimension of what torch.view_as_real() gives, and the first as MATLAB shows it.
TEST_F(FormatFiles, PairsThatPythonWroteIntoAnHdf5File) {
  std::vector<float> pairs;
  for (const auto& value : values) pairs.insert(pairs.end(), {value.real(), value.imag()});
  write_mat_real<float>(file("p.h5"), "x", {2, 4, 3, 2, n_coeff}, pairs);
  expect_same(file("p.h5:x"));
}

TEST_F(FormatFiles, RealAndImaginaryPartsInTwoFiles) {
  const std::vector<float> all = stacked<float>(values), real(all.begin(), all.begin() + 120),
                           imag(all.begin() + 120, all.end());
  write_nifti1(file("re.nii"), {with(grid, {n_coeff}), DT_FLOAT32, bytes_of(real)});
  write_nifti1(file("im.nii"), {with(grid, {n_coeff}), DT_FLOAT32, bytes_of(imag)});
  gzip(file("im.nii"), file("im.nii.gz"));
  const auto voxels = volume::VoxelList::all({4, 3, 2}).indices();
  for (const char* second : {"im.nii", "im.nii.gz"}) {
    const CoefficientImage image = CoefficientImage::open(file("re.nii"), file(second), n_coeff);
    ASSERT_EQ(image.n_coeff(), n_coeff);
    std::vector<float> interleaved(voxels.size() * 2 * n_coeff);
    volume::BatchReader(image).read(voxels, interleaved.data());
    EXPECT_EQ(interleaved, expected_voxels(values, 24, voxels)) << second;
  }
  write_nifti1(file("short.nii"), {{4, 3, 2, 4}, DT_FLOAT32, std::vector<std::byte>(384)});
  expect_error(base::exit_input, {"short.nii", "the extents of", "4x3x2x5", "found 4x3x2x4"},
               [&] { CoefficientImage::open(file("re.nii"), file("short.nii")); });
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  expect_error(base::exit_input, {"c.nii", "real numbers", "found complex"},
               [&] { CoefficientImage::open(file("re.nii"), file("c.nii")); });
}

TEST_F(FormatFiles, ComplexNumbersOfHdf5ByAnyCommonNameInAnyOrderOfAnyType) {
  const std::pair<const char*, const char*> names[] = {
      {"real", "imag"}, {"r", "i"}, {"re", "im"}, {"Re", "Im"}, {"REAL", "IMAG"}};
  Complexes whole(values);
  for (auto& value : whole) value *= 8.0f;
  for (const auto& [real, imag] : names) {
    for (const bool imag_first : {false, true}) {
      const CompoundFile compound{"g/x", with(grid, {n_coeff}), imag_first ? imag : real, imag_first ? real : imag, imag_first};
      std::filesystem::remove(file("c.h5"));
      write_compound<float>(file("c.h5"), compound, values);
      expect_same(file("c.h5:g/x"));
      std::filesystem::remove(file("c.h5"));
      write_compound<double>(file("c.h5"), compound, values);
      expect_same(file("c.h5:/g/x"));
      std::filesystem::remove(file("c.h5"));
      write_compound<std::int16_t>(file("c.h5"), compound, whole);
      const auto voxels = volume::VoxelList::all({4, 3, 2}).indices();
      EXPECT_EQ(read_voxels(file("c.h5"), voxels), expected_voxels(whole, 24, voxels));
    }
  }
}

TEST_F(FormatFiles, OctavesVariablesAreGroupsWithAValue) {
  write_mat<double>(file("o.h5"), "value", with(grid, {n_coeff}), values);
  const CompoundFile octave{"x/value", with(grid, {n_coeff}), "real", "imag"};
  std::filesystem::remove(file("o.h5"));
  write_compound<double>(file("o.h5"), octave, values);
  expect_same(file("o.h5:x"));
  expect_same(file("o.h5:/x/value"));
}

TEST_F(FormatFiles, ImagesOrChannelsOfIsmrmrdAreCoefficients) {
  write_compound<float>(file("i.h5"), {"dataset/images_0/data", with(grid, {1, n_coeff}), "real", "imag"}, values);
  expect_same(file("i.h5:dataset/images_0/data"));
  expect_same(file("i.h5:/dataset/images_0"));
  std::filesystem::remove(file("i.h5"));
  write_compound<float>(file("i.h5"), {"dataset/images_0/data", with(grid, {n_coeff, 1}), "real", "imag"}, values);
  expect_same(file("i.h5"));
  // Channels as coefficients and images as slices: [x, y, 1, channel, image].
  std::filesystem::remove(file("i.h5"));
  write_compound<float>(file("i.h5"), {"dataset/images_0/data", {4, 3, 1, n_coeff, 2}, "real", "imag"}, slices_last());
  expect_same(file("i.h5"));
}

// As many slices as coefficients: images are slices in a file of ISMRMRD, the last dimension holds coefficients elsewhere.
TEST_F(FormatFiles, AsManySlicesAsCoefficientsAreTold) {
  const Complexes square(4 * 3 * n_coeff * n_coeff);
  write_compound<float>(file("i.h5"), {"dataset/images_0/data", {4, 3, 1, n_coeff, n_coeff}, "real", "imag"}, square);
  write_npy(file("i.npy"), {4, 3, 1, n_coeff, n_coeff}, square, NumpyOrder::fortran);
  for (const bool is_ismrmrd : {true, false}) {
    const auto image = volume::CoefficientImage::open(file(is_ismrmrd ? "i.h5" : "i.npy"), "", n_coeff);
    EXPECT_EQ(image.grid().shape, (volume::Shape{4, 3, n_coeff}));
    ASSERT_EQ(image.notes().size(), 1u);
    const bool says_slices = image.notes()[0].find("the last one is taken for slices") != std::string::npos;
    EXPECT_EQ(says_slices, is_ismrmrd) << image.notes()[0];
  }
}

TEST_F(FormatFiles, HdfFilesByWhatTheyHoldWhateverTheirName) {
  write_mat<float>(file("a.mat"), "x", with(grid, {n_coeff}), values);
  for (const char* name : {"scan.jld2", "scan.H5", "SCAN.MAT", "scan.hdf", "scan.dat", "scan"}) {
    std::filesystem::copy_file(file("a.mat"), file(name));
    expect_same(file(std::string(name) + ":x"));
  }
}

TEST_F(FormatFiles, NumpyArraysInBothOrders) {
  for (const NumpyOrder order : {NumpyOrder::own, NumpyOrder::fortran}) {
    write_npy(file("x.npy"), with(grid, {n_coeff}), values, order);
    expect_same(file("x.npy"));
  }
  write_text(file("x.npz"), "PK\3\4 an archive");
  expect_refused(file("x.npz"), {"x.npz", "numpy.save", "an archive"});
  write_text(file("cut.npy"), content_of(file("x.npy")).substr(0, 400));
  expect_refused(file("cut.npy"), {"cut.npy", "found 400 bytes"});
}

TEST_F(FormatFiles, NumpyArraysOfHalfPrecision) {
  constexpr std::uint16_t one = 0x3c00, two = 0x4000, minus_an_eighth = 0xb000, least = 0x0001, infinite = 0x7c00, nan = 0x7e00;
  const std::vector<std::uint16_t> halves{one, two, minus_an_eighth, least, infinite, nan};
  for (const NumpyOrder order : {NumpyOrder::own, NumpyOrder::fortran})
    for (const ByteOrder bytes : {ByteOrder::native, ByteOrder::swapped}) {
      write_npy_half(file("h.npy"), {3, 2}, halves, order, bytes);
      std::vector<double> read = volume::read_doubles(volume::open_image(volume::FileSpec::parse(file("h.npy"))));
      ASSERT_EQ(read.size(), 6u);
      EXPECT_TRUE(std::isnan(read.back()));
      read.pop_back();
      EXPECT_EQ(read, (std::vector<double>{1, 2, -0.125, 0x1p-24, std::numeric_limits<double>::infinity()}));
    }
  cut(file("h.npy"), 1);
  expect_refused(file("h.npy"), {"h.npy", "bytes"});
}

TEST_F(FormatFiles, NamesThatOtherFilesAndFoldersShare) {
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  std::filesystem::create_directory(file("b"));
  expect_same(file("b"));
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values),
                               [](nifti_1_header& h) { h.vox_offset = 0, h.magic[1] = 'i'; }});
  const std::string both = content_of(file("c.nii"));
  write_text(file("Q.HDR"), both.substr(0, 348));
  write_text(file("Q.IMG"), both.substr(352));
  expect_same(file("Q.HDR"));
  expect_same(file("Q.IMG"));
  std::filesystem::rename(file("Q.IMG"), file("Q.img"));
  expect_same(file("Q.HDR"));
  gzip(file("Q.img"), file("Q.IMG.GZ"));
  std::filesystem::remove(file("Q.img"));
  expect_same(file("Q.HDR"));
  write_mat<float>(file("colon.h5"), "a:b", with(grid, {n_coeff}), values);
  expect_same(file("colon.h5:a:b"));
  expect_refused(file("colon.h5:a:c"), {"colon.h5", "\"a:c\"", "a:b (4x3x2x5 complex)"});
}

TEST_F(FormatFiles, HeadersOfBartAsEditorsLeaveThem) {
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  const std::string extents = "4 3 2 1 1 1 5 1 1 1 1 1 1 1 1 1";
  for (const std::string& text : {"\xef\xbb\xbf# Dimensions\n" + extents + "\n", "\n\n# Dimensions\n" + extents + "\n",
                                  "# Dimensions\n\n" + extents + "\n", "# Dimensions\r\n \r\n" + extents + "\r\n"}) {
    write_text(file("b.hdr"), text);
    expect_same(file("b"));
  }
  write_text(file("b.hdr"), "# Dimensions\n\n# Command\n" + extents + "\n");
  expect_refused(file("b"), {"b.hdr", "a line of dimensions"});
}

TEST_F(FormatFiles, BartsNamesSlicesAndHeaders) {
  write_cfl(file("b.cfl"), with(grid, {1, 1, 1, n_coeff}), values);
  expect_same(file("b"));
  write_ra(file("b.ra"), with(grid, {1, 1, 1, n_coeff}), values);
  expect_same(file("b.ra"));
  const Extents sliced{4, 3, 1, 1, 1, 1, n_coeff, 1, 1, 1, 1, 1, 1, 2};
  write_cfl(file("s.cfl"), sliced, slices_last());
  expect_same(file("s.cfl"));
  std::filesystem::rename(file("s.cfl"), file("numbers.dat"));
  for (const std::string& name : {std::string("numbers.dat"), file("numbers.dat")}) {
    write_text(file("s.hdr"), "# Data\n" + name + "\n# Dimensions\n4 3 1 1 1 1 5 1 1 1 1 1 1 2 1 1\n# Command\nmade up\n");
    expect_same(file("s.hdr"));
    expect_same(file("s"));
  }
  write_text(file("m.hdr"), "# Dimensions\n2\n# SizesDimensions\n2 2\n# MultiDimensions\n4 3\n2 2\n");
  expect_refused(file("m.hdr"), {"m.hdr", "the header of one array", "several"});
}

TEST_F(FormatFiles, CompressedNiftiIsKnownByWhatItHolds) {
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  gzip(file("c.nii"), file("C.NII.GZ"));
  expect_same(file("C.NII.GZ"));
  gzip(file("c.nii"), file("no_ending"));
  expect_same(file("no_ending"));
  std::filesystem::copy_file(file("c.nii"), file("not_compressed.nii.gz"));
  expect_same(file("not_compressed.nii.gz"));
}

TEST_F(FormatFiles, ArrayNamesThatAreNotThereListWhatIs) {
  write_mat<float>(file("a.mat"), "x", with(grid, {n_coeff}), values);
  write_compound<float>(file("a.mat"), {"recon/x", with(grid, {n_coeff}), "r", "i"}, values);
  for (const std::string name : {"y", "recon"})
    expect_refused(file("a.mat:" + name), {"a.mat", "named \"" + name, "x (4x3x2x5 complex)", "recon/x (4x3x2x5 complex)"});
  expect_refused(file("a.mat:recon"), {"a group of that name"});
  expect_refused(file("a.mat"), {"a.mat", "the name of a data set", "recon/x"});
  write_mat5<float>(file("five.mat"), {{"x", with(grid, {n_coeff}), values}, {"mask", grid, Complexes(24, 1)}});
  expect_refused(file("five.mat:y"), {"five.mat", "\"y\"", "x (4x3x2x5 complex), mask (4x3x2)"});
  expect_refused(file("five.mat"), {"five.mat", "the name of a variable", "mask (4x3x2)"});
  write_nifti1(file("c.nii"), {with(grid, {n_coeff}), DT_COMPLEX64, bytes_of(values)});
  expect_refused(file("c.nii:x"), {"c.nii:x", "a name without :x"});
}

TEST_F(FormatFiles, DimensionsTheOtherWayRoundAreNamed) {
  write_mat<float>(file("r.h5"), "x", {n_coeff, 2, 3, 4}, values);
  const CoefficientImage image = CoefficientImage::open(file("r.h5"), "", n_coeff);
  expect_error(base::exit_disagreement, {"r.h5", "5 coefficients per voxel", "found 4 (5x2x3x4)", "reversed"},
               [&] { image.expect_n_coeff(n_coeff, "model m"); });
}

}  // namespace
}  // namespace crbrt::tests
