// SPDX-License-Identifier: Apache-2.0
// Headers that lie: every one is an InputError before anything of the size it claims is allocated. Single bytes of small valid
// files are changed and files cut off everywhere, which replays the same way each time; then come the lies one can think of.
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

using volume::CoefficientImage;

/// While it lives, the process cannot map more than 512 MiB beyond what it has: an allocation of a claimed size fails.
class MemoryLimit {
 public:
  MemoryLimit() {
    ::getrlimit(RLIMIT_AS, &before_);
    rlimit limited = before_;
    limited.rlim_cur = mapped_bytes() + (std::size_t{512} << 20);
#if !defined(__SANITIZE_ADDRESS__)  // its shadow does not fit any limit
    ::setrlimit(RLIMIT_AS, &limited);
#endif
  }
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  static std::size_t mapped_bytes() {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * 4096;
  }
  rlimit before_{};
};

class HostileHeader : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder / name; }

  /// Opens and reads the image, or gets an InputError. True when the image was read.
  static bool survives(const std::string& spec) {
    try {
      const CoefficientImage image = CoefficientImage::open(spec);
      const std::vector<std::size_t> first{0};
      std::vector<float> voxel(2 * image.n_coeff());
      volume::BatchReader(image).read(first, voxel.data());
      return true;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::exit_input) << error.what();
      return false;
    }
  }

  /// Every byte up to `n_byte` with some bits turned over, and the file cut off at every sixteenth.
  void expect_every_change_survives(const std::string& name, const std::string& spec, std::size_t n_byte) const {
    const std::string good = content_of(file(name));
    for (std::size_t at = 0; at < std::min(n_byte, good.size()); ++at) {
      for (const int mask : {0x01, 0x80}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ mask);
        write_text(file(name), bad);
        survives(spec);
      }
      if (at % 16 != 0) continue;
      write_text(file(name), good.substr(0, at));
      EXPECT_FALSE(survives(spec)) << "cut off after " << at << " bytes";
    }
    write_text(file(name), good);
    EXPECT_TRUE(survives(spec));
  }

  void expect_refused(const std::string& spec, const std::vector<std::string>& parts) const {
    expect_error(base::exit_input, parts, [&] {
      const CoefficientImage image = CoefficientImage::open(spec);
      std::vector<float> voxel(2 * image.n_coeff());
      volume::BatchReader(image).read(std::vector<std::size_t>{0}, voxel.data());
    });
  }

  TemporaryFolder folder;
  const MemoryLimit limit;
  const Complexes values = Complexes(4 * 3 * 2 * 5, {1, 2});
};

TEST_F(HostileHeader, TheLimitIsReal) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "no limit under AddressSanitizer";
#endif
  EXPECT_THROW(std::vector<char>(std::size_t{1} << 30), std::bad_alloc);
}

TEST_F(HostileHeader, EveryByteOfANiftiHeaderMayBeAnything) {
  write_nifti1(file("c.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values)});
  expect_every_change_survives("c.nii", file("c.nii"), 352);
  write_nifti2(file("n2.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values)});
  expect_every_change_survives("n2.nii", file("n2.nii"), 544);
}

TEST_F(HostileHeader, EveryByteOfACompressedFileMayBeAnything) {
  write_nifti1(file("c.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values)});
  gzip(file("c.nii"), file("c.nii.gz"));
  expect_every_change_survives("c.nii.gz", file("c.nii.gz"), 10000);
}

// Its own header, and the tags up to the numbers; whatever matio does with them happens in another process.
TEST_F(HostileHeader, EveryByteOfAMatHeaderMayBeAnything) {
  write_mat5<float>(file("m.mat"), {{"x", {4, 3, 2, 5}, values}});
  expect_every_change_survives("m.mat", file("m.mat:x"), 232);
}

/// A stack of complex numbers that are all different, as variable, as field of a struct and as real parts, then imaginary
/// parts.
std::vector<MatVariable> mat_variables() {
  Complexes stack(4 * 3 * 2 * 5);
  for (std::size_t i = 0; i < stack.size(); ++i) stack[i] = {static_cast<float>(i + 1), static_cast<float>(i * i % 97 + 1)};
  std::vector<float> parts;
  for (const auto& value : stack) parts.push_back(value.real());
  for (const auto& value : stack) parts.push_back(value.imag());
  const MatVariable x{"x", {4, 3, 2, 5}, stack}, real{"x", {4, 3, 2, 10}, Complexes(parts.begin(), parts.end())};
  return {x, real, {"s", {}, {}, {{x}}}, {"s", {}, {}, {{{"r", {}, {}, {{x}}}}}}};
}

// matio takes numbers that are missing for zeros or for whatever lies in memory, and reads on behind errors of zlib.
TEST_F(HostileHeader, AMatFileCutOffAnywhereIsCutOffWhateverIsRead) {
  const std::string names[] = {"x", "x", "s.x", "s.r.x"};
  const std::vector<MatVariable> variables = mat_variables();
  for (const ByteOrder order : {ByteOrder::native, ByteOrder::swapped})
    for (const MatCompression compression : {MatCompression::none, MatCompression::zlib})
      for (std::size_t i = 0; i < variables.size(); ++i) {
        write_mat5<float>(file("m.mat"), {variables[i], {"behind", {2, 2}, Complexes(4, 1)}}, compression, order);
        const std::string good = content_of(file("m.mat")), spec = file("m.mat:" + names[i]);
        EXPECT_TRUE(survives(spec));
        for (std::size_t length = 129; length<good.size(); length += good.size() - length> 90 ? 83 : 7) {
          write_text(file("m.mat"), good.substr(0, length));
          expect_refused(spec, {"m.mat", "cut off or damaged"});
        }
      }
}

TEST_F(HostileHeader, AMatFileOfVersionFourIsCutOffAnywhere) {
  const MatVariable list{"x", {24, 5}, Complexes(120, {1, 2})};
  for (const ByteOrder order : {ByteOrder::native, ByteOrder::swapped}) {
    write_mat4(file("m.mat"), list, order);
    const std::string good = content_of(file("m.mat"));
    EXPECT_TRUE(survives(file("m.mat:x")));
    for (std::size_t length = 200; length<good.size(); length += good.size() - length> 90 ? 83 : 7) {
      write_text(file("m.mat"), good.substr(0, length));
      expect_refused(file("m.mat:x"), {"m.mat", "cut off or damaged"});
    }
  }
}

TEST_F(HostileHeader, ACompressedMatVariableWithAWrongByteGivesItsNumbersOrNone) {
  constexpr std::size_t first_of_stream = 136;
  write_mat5<float>(file("m.mat"), {mat_variables().front()}, MatCompression::zlib);
  const std::string good = content_of(file("m.mat"));
  const auto read = [&] {
    const CoefficientImage image = CoefficientImage::open(file("m.mat:x"));
    std::vector<float> voxel(2 * image.n_coeff());
    volume::BatchReader(image).read(std::vector<std::size_t>{23}, voxel.data());
    return voxel;
  };
  const std::vector<float> expected = read();
  std::size_t n_refused = 0;
  for (std::size_t at = first_of_stream; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write_text(file("m.mat"), bad);
    try {
      EXPECT_EQ(read(), expected) << at;
    } catch (const base::Error& error) {
      ++n_refused;
      EXPECT_NE(std::string(error.what()).find("cut off or damaged"), std::string::npos) << error.what();
    }
  }
  EXPECT_GE(n_refused, (good.size() - first_of_stream) / 3 - 1);  // all but a bit that pads the last byte
}

// So matio itself ends compressed text; the checksum says that nothing is missing.
TEST_F(HostileHeader, ACompressedMatVariableWithoutItsLastPaddingIsWhole) {
  Complexes odd(3 * 5, {1, 2});
  for (const MatVariable& variable : {MatVariable{"x", {3, 5}, odd}, MatVariable{"s", {}, {}, {{{"x", {3, 5}, odd}}}}}) {
    write_mat5<float>(file("m.mat"), {variable}, MatCompression::zlib_unpadded);
    EXPECT_TRUE(survives(file(variable.elements.empty() ? "m.mat:x" : "m.mat:s.x")));
  }
  write_mat5<float>(file("m.mat"), {{"x", {2, 5}, Complexes(10, {1, 2})}}, MatCompression::zlib_unpadded);
  expect_refused(file("m.mat:x"), {"m.mat", "cut off or damaged"});  // a number, and no padding, is missing
}

// The tags of the numbers say how many there are: fewer than the extents promise, or more than their variable has room for.
TEST_F(HostileHeader, TheLengthsInsideAMatVariableAgreeWithEachOther) {
  write_mat5<float>(file("m.mat"), {mat_variables().front()});
  const std::string good = content_of(file("m.mat"));
  constexpr std::size_t n_byte = 4 * 3 * 2 * 5 * sizeof(float), length_of_real = 128 + 8 + 16 + 24 + 16 + 4;
  ASSERT_EQ(std::string(good, length_of_real, 2),
            std::string({static_cast<char>(n_byte & 255), static_cast<char>(n_byte >> 8)}));
  for (const std::size_t lie : {n_byte - 8, n_byte + 8, std::size_t{0}, 4 * n_byte}) {
    std::string bad = good;
    bad[length_of_real] = static_cast<char>(lie & 255), bad[length_of_real + 1] = static_cast<char>(lie >> 8);
    write_text(file("m.mat"), bad);
    expect_refused(file("m.mat:x"), {"m.mat", "cut off or damaged"});
  }
}

// As compressed files of more bytes than are decompressed at once have it.
TEST_F(HostileHeader, SmallCompressedNiftiIsDamagedAndNotOfAnotherFormat) {
  write_nifti1(file("c.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values)});
  gzip(file("c.nii"), file("c.nii.gz"));
  const std::string good = content_of(file("c.nii.gz"));
  for (const std::size_t from_end : {std::size_t{6}, good.size() / 2}) {
    std::string bad = good;
    bad[bad.size() - from_end] = static_cast<char>(bad[bad.size() - from_end] ^ 0x55);
    write_text(file("c.nii.gz"), bad);
    expect_refused(file("c.nii.gz"), {"c.nii.gz", "cut off or damaged"});
  }
  write_text(file("c.nii.gz"), good.substr(0, 40));
  expect_refused(file("c.nii.gz"), {"c.nii.gz", "cut off or damaged"});
}

TEST_F(HostileHeader, EveryByteOfABartHeaderMayBeAnything) {
  write_cfl(file("b.cfl"), {4, 3, 2, 1, 1, 1, 5}, values);
  const std::string good = content_of(file("b.hdr"));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int mask : {0x01, 0x04, 0x80}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ mask);
      write_text(file("b.hdr"), bad);
      survives(file("b.cfl"));
    }
}

TEST_F(HostileHeader, AMagicThatIsNearlyRightIsNoAnalyze) {
  for (const char* magic : {"n+2", "N+1", "n+1\n", "nI1"}) {
    write_nifti1(file("c.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values), [=](nifti_1_header& h) {
                                   std::memcpy(h.magic, magic, std::strlen(magic));
                                 }});
    expect_refused(file("c.nii"), {"c.nii", "the magic n+1 or ni1"});
  }
}

TEST_F(HostileHeader, NiftiDimensionsThatAreHugeOrNegative) {
  const auto with = [&](short extent) {
    write_nifti1(file("c.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values), [=](nifti_1_header& h) {
                                   for (int d = 1; d <= 4; ++d) h.dim[d] = extent;
                                 }});
  };
  with(32767);
  expect_refused(file("c.nii"), {"c.nii", "reasonable size"});
  with(2000);
  expect_refused(file("c.nii"), {"c.nii: expected 128000000000352 bytes, found 1312 bytes"});
  with(-2);
  expect_refused(file("c.nii"), {"c.nii: expected positive dimensions, found -2"});
  with(0);
  expect_refused(file("c.nii"), {"c.nii: expected positive dimensions, found 0"});
}

// A slope of NaN means "not scaled", as 0 does; any other number that is none is damage.
TEST_F(HostileHeader, NiftiScalesThatAreNoNumbers) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  const auto write = [&](float slope, float intercept) {
    write_nifti1(file("s.nii"), {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values), [=](nifti_1_header& h) {
                                   h.scl_slope = slope, h.scl_inter = intercept;
                                 }});
  };
  for (const auto& [slope, intercept] : {std::pair{infinite, 0.0f}, {1.0f, infinite}, {1.0f, nan}}) {
    write(slope, intercept);
    expect_refused(file("s.nii"), {"s.nii: expected a finite scl_slope and scl_inter"});
  }
  for (const float unscaled : {nan, 0.0f}) {
    write(unscaled, nan);
    std::vector<float> first(10);
    volume::BatchReader(volume::CoefficientImage::open(file("s.nii"))).read(std::vector<std::size_t>{0}, first.data());
    EXPECT_EQ(first[0], values[0].real());
  }
}

// libnifti reads at byte 348 where vox_offset is smaller: four bytes too early.
TEST_F(HostileHeader, NiftiOffsetsBeforeTheEndOfTheHeader) {
  const auto write = [&](float offset) {
    write_nifti1(file("o.nii"),
                 {{4, 3, 2, 5}, DT_COMPLEX64, bytes_of(values), [=](nifti_1_header& h) { h.vox_offset = offset; }});
  };
  for (const float bad : {348.0f, -352.0f, 1.0f, 1e12f, std::numeric_limits<float>::quiet_NaN()}) {
    write(bad);
    expect_refused(file("o.nii"), {"o.nii: expected a vox_offset of 352 to"});
  }
  write(0);  // nobody filled it in
  std::vector<float> first(10);
  volume::BatchReader(volume::CoefficientImage::open(file("o.nii"))).read(std::vector<std::size_t>{0}, first.data());
  EXPECT_EQ(first[0], values[0].real());
}

TEST_F(HostileHeader, WhatLiesBehindOrBeforeTenVoxelsAsksForNoGigabytes) {
  write_nifti1(file("z.nii"), {{5, 2, 1, 5}, DT_COMPLEX64, bytes_of(Complexes(50, {1, 2}))});
  const std::string ten = content_of(file("z.nii"));
  write_text(file("z.nii"), ten + std::string(std::size_t{1} << 20, '\0'));
  gzip(file("z.nii"), file("z.nii.gz"));
  EXPECT_TRUE(survives(file("z.nii.gz")));
  write_text(file("z.nii"), ten + std::string(std::size_t{100} << 20, '\0'));  // 100 MiB in 100 kB
  gzip(file("z.nii"), file("z.nii.gz"));
  write_text(file("z.nii"), "");
  expect_refused(file("z.nii.gz"), {"z.nii.gz: expected little more than 752 bytes once decompressed, found more than"});
  write_nifti1(file("o.nii"), {{5, 2, 1, 5}, DT_COMPLEX64, bytes_of(values), [](nifti_1_header& h) { h.vox_offset = 2e9f; }});
  expect_refused(file("o.nii"), {"o.nii: expected a vox_offset of 352 to 268435456"});
}

TEST_F(HostileHeader, APipeOrADeviceIsNoImage) {
  ASSERT_EQ(::mkfifo(file("p.nii").c_str(), 0600), 0);
  EXPECT_THROW(CoefficientImage::open(file("p.nii")), base::InputError);
  EXPECT_THROW(CoefficientImage::open("/dev/zero"), base::InputError);
}

TEST_F(HostileHeader, BartDimensionsThatAreHugeOrNegativeOrNoNumbers) {
  write_cfl(file("b.cfl"), {4, 3, 2, 1, 1, 1, 5}, values);
  const auto refuse = [&](const std::string& line, const std::string& part) {
    write_text(file("b.hdr"), "# Dimensions\n" + line);
    expect_refused(file("b.cfl"), {"b.", part});
  };
  refuse("4 3 2 1 1 1 99999999999999999999", "99999999999999999999");
  refuse("4 3 2 1 1 1 5000000000\n", "expected 960000000000 bytes");
  refuse("9223372036854775807 3 2 1 1 1 5\n", "reasonable size");
  refuse("4 3 2 1 1 1 -5\n", "found -5");
  refuse("4 3 2 1 1 1 nan\n", "nan");
  refuse("", "a line of dimensions");
}

/// A data set of complex numbers of these extents of which nothing was ever written.
void write_empty_promise(const std::string& path, bool chunked) {
  const hid_t f = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "real", 0, H5T_NATIVE_FLOAT);
  H5Tinsert(type, "imag", 4, H5T_NATIVE_FLOAT);
  const hsize_t size[] = {5, 200000, 100000}, chunk[] = {1, 100, 100};
  const hid_t space = H5Screate_simple(3, size, nullptr), properties = H5Pcreate(H5P_DATASET_CREATE);
  if (chunked) {
    H5Pset_chunk(properties, 3, chunk);
    H5Pset_deflate(properties, 1);
  }
  const hid_t data = H5Dcreate2(f, "x", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Dclose(data);
  H5Pclose(properties);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(f);
}

TEST_F(HostileHeader, AnHdf5DatasetThatPromisesMoreThanItHolds) {
  for (const bool chunked : {false, true}) {
    write_empty_promise(file("h.h5"), chunked);
    expect_refused(file("h.h5:x"), {"h.h5:x: expected 800000000000 bytes (100000x200000x5), found a file of "});
  }
}

TEST_F(HostileHeader, AnHdf5FileCutOffAnywhere) {
  write_mat<float>(file("m.mat"), "x", {4, 3, 2, 5}, values);
  const std::string good = content_of(file("m.mat"));
  for (std::size_t length = 0; length < good.size(); length += 61) {
    write_text(file("m.mat"), good.substr(0, length));
    EXPECT_FALSE(survives(file("m.mat:x"))) << length;
  }
}

}  // namespace
}  // namespace crbrt::tests
