// SPDX-License-Identifier: Apache-2.0
/// The same coefficients in files of every kind, and how to compare what is read.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/tools/volume/image_files.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {

inline constexpr std::size_t n_coeff = 5;
inline const Extents grid{4, 3, 2};

/// Multiples of 1/8 below 16: exact in every format, int16 with slope 1/8 included.
inline Complexes made_up(std::size_t n) {
  Complexes values(n);
  std::uint32_t state = 7;
  const auto next = [&] {
    return static_cast<float>(static_cast<int>((state = state * 1664525u + 1013904223u) >> 24) - 128) / 8;
  };
  for (auto& value : values) value = {next(), next()};
  return values;
}

/// All real images, then all imaginary ones.
template <class T>
std::vector<T> stacked(const Complexes& values, float factor = 1) {
  std::vector<T> numbers;
  for (const auto& value : values) numbers.push_back(static_cast<T>(value.real() * factor));
  for (const auto& value : values) numbers.push_back(static_cast<T>(value.imag() * factor));
  return numbers;
}

inline std::vector<float> read_voxels(const std::string& spec, const std::vector<std::size_t>& voxels,
                                      std::size_t n = n_coeff) {
  const auto image = volume::CoefficientImage::open(spec, "", n);
  EXPECT_EQ(image.n_coeff(), n) << spec;
  std::vector<float> interleaved(voxels.size() * 2 * n, -1e30f);
  volume::BatchReader(image).read(voxels, interleaved.data());
  return interleaved;
}

/// What read_voxels must give: voxel after voxel, re, im, re, im, ...
inline std::vector<float> expected_voxels(const Complexes& values, std::size_t n_voxel,
                                          const std::vector<std::size_t>& voxels) {
  std::vector<float> interleaved;
  for (const std::size_t voxel : voxels) {
    for (std::size_t first = voxel; first < values.size(); first += n_voxel) {
      interleaved.push_back(values[first].real());
      interleaved.push_back(values[first].imag());
    }
  }
  return interleaved;
}

class CoefficientFiles : public testing::Test {
 protected:
  void expect_same(const std::string& spec, const volume::Shape& shape = {4, 3, 2}) {
    EXPECT_EQ(volume::CoefficientImage::open(spec, "", n_coeff).grid().shape, shape) << spec;
    const auto voxels = volume::VoxelList::all(shape).indices();
    EXPECT_EQ(read_voxels(spec, voxels), expected_voxels(values, 24, voxels)) << spec;
  }
  std::string file(const std::string& name) const { return folder / name; }
  static Extents with(Extents extents, std::initializer_list<std::size_t> more) {
    extents.insert(extents.end(), more);
    return extents;
  }

  /// The same numbers as [x, y, coefficient, slice].
  Complexes slices_last() const {
    Complexes turned;
    for (std::size_t z = 0; z < 2; ++z)
      for (std::size_t k = 0; k < n_coeff; ++k)
        for (std::size_t v = 0; v < 12; ++v) turned.push_back(values[(k * 2 + z) * 12 + v]);
    return turned;
  }

  TemporaryFolder folder;
  Complexes values = made_up(24 * n_coeff);
};

}  // namespace crbrt::tests
