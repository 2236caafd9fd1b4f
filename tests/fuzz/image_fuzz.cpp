// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as an image of every format that we parse ourselves or with libnifti: NIfTI, also compressed, .npy, .ra, and
// as the header of a BART file where they begin with #. They give coefficients, a mask, a basis, or an error of exit code 3 or
// 4 on one line. MAT and HDF5 are left out: other libraries parse them, in child processes (base/guarded_reader.h) that
// libFuzzer does not see, and what crashes there is not ours. tests/tools/volume/hostile_header_test.cpp changes and cuts such
// files.
//     build/fuzz/bin/crbrt_image_fuzz -max_total_time=60 FOLDER tests/fuzz/corpus/images
#include <cmath>
#include <cstdint>
#include <string>

#include "tests/fuzz/reader_fuzz.h"
#include "tools/volume/basis_file.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::volume {
extern const ImageFormat hdf5_format, mat_format;
}

namespace {

using namespace crbrt;
using fuzz::expect_value_or_one_line;
using fuzz::require;

constexpr std::size_t most_voxels = 100'000;  // more take time and nothing else

bool is_parsed_elsewhere(const std::string& spec) {
  try {
    const auto* const format = volume::FileSpec::parse(spec).format;
    return format == &volume::hdf5_format || format == &volume::mat_format;
  } catch (const base::Error&) {
    return false;
  }
}

void read_coefficients(const std::string& spec) {
  const auto image = volume::CoefficientImage::open(spec);
  const std::size_t n = volume::n_voxel(image.grid().shape);
  require(n > 0 && image.n_coeff() > 0);
  if (n > most_voxels || image.n_coeff() > most_voxels / n) return;
  std::vector<float> values(2 * image.n_coeff() * n);
  volume::BatchReader(image).read(volume::VoxelList::all(image.grid().shape).indices(), values.data());
}

void read_as_everything(const std::string& spec) {
  expect_value_or_one_line([&] { read_coefficients(spec); });
  expect_value_or_one_line([&] {
    const volume::ImageValues image = volume::read_values(spec);
    require(image.values.size() == volume::n_voxel(image.grid.shape));
    base::Warnings warnings("fuzz");
    for (const volume::GridCheck check : {volume::GridCheck::world, volume::GridCheck::extents})
      for (const std::size_t voxel : volume::read_mask(spec, image.grid, check, warnings).indices())
        require(voxel < image.values.size());
  });
  expect_value_or_one_line([&] {
    base::Warnings warnings("fuzz");
    const Eigen::MatrixXcd basis = volume::read_basis(spec, warnings).complex();
    require(basis.rows() >= basis.cols() && basis.allFinite());
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tests::TemporaryFolder& folder = fuzz::fuzz_folder();
  static const std::string bart = folder.file("bart.cfl", std::string(8 * 24 * 5, '\1'));
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with("#")) {
    folder.file("bart.hdr", bytes);
    read_as_everything(bart);
    return 0;
  }
  const std::string image = folder.file("image", bytes);  // its first bytes say what it is
  if (!is_parsed_elsewhere(image)) read_as_everything(image);
  return 0;
}
