// SPDX-License-Identifier: Apache-2.0
/// crbrt-image-seeds DIR: one small file of every kind that crbrt_image_fuzz begins with.
#include <cmath>
#include <cstdio>
#include <exception>

#include "tests/tools/volume/image_files.h"

namespace {

using namespace crbrt::tests;

void write_seeds(const std::filesystem::path& folder) {
  Complexes values;
  for (int i = 0; i < 24; ++i) values.emplace_back(0.125f * static_cast<float>(i), -0.5f);
  std::vector<float> real;
  for (const auto& value : values) real.push_back(value.real());
  const std::vector<std::int16_t> whole{0, 1, 2, -3, 4, 5, 6, 7};
  const auto placed = [](nifti_1_header& h) { h.scl_slope = 0.5f, h.sform_code = 1, h.srow_x[0] = -2, h.pixdim[1] = 2; };
  write_nifti1(folder / "complex.nii", {{2, 2, 2, 3}, DT_COMPLEX64, bytes_of(values)});
  write_nifti1(folder / "mask.nii", {{2, 2, 2}, DT_UINT8, std::vector<std::byte>(8, std::byte{1})});
  write_nifti1(folder / "scaled.nii", {{2, 2, 1, 2}, DT_INT16, bytes_of(whole), placed, ByteOrder::swapped});
  write_nifti2(folder / "second.nii", {{2, 2, 2, 3}, DT_COMPLEX64, bytes_of(values)});
  gzip(folder / "complex.nii", folder / "complex.nii.gz");
  write_npy(folder / "own.npy", {2, 2, 2, 3}, values, NumpyOrder::own);
  write_npy_real(folder / "fortran.npy", {2, 2, 1, 6}, real, NumpyOrder::fortran);
  write_ra(folder / "complex.ra", {2, 2, 2, 1, 1, 1, 3}, values);
  write_ra_real(folder / "real.ra", {2, 2, 1, 6}, real);
  const float half = std::sqrt(0.5f);
  write_npy(folder / "basis.npy", {4, 2}, {half, 0, half, 0, 0, half, 0, half}, NumpyOrder::own);
  write_text(folder / "bart.hdr", "# Dimensions\n4 3 2 1 1 1 5 1\n# Command\nmade up\n");
  write_text(folder / "data.hdr", "# Data\nbart.cfl\n# Dimensions\n4 3 1 1 1 1 5 1 1 1 1 1 1 2 1 1\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: crbrt-image-seeds DIR\n");
    return 2;
  }
  try {
    write_seeds(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crbrt-image-seeds: %s\n", error.what());
    return 1;
  }
}
