// SPDX-License-Identifier: Apache-2.0
// Patches overlap where the mask is small. Sums in double: coefficients of 1e-9 have squares of 1e-18.
#include "tools/map/patch_spectra.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <optional>

#include "base/parallel.h"

namespace crbrt::map {
namespace {

constexpr std::size_t most_patches = 128;
constexpr std::size_t least_box = 216, voxels_per_direction = 9;
constexpr std::size_t least_noise = 4;  // directions, and a quarter of all: fewer are what is left of anatomy, too

/// Of the box around all voxels of the list: a mask may be one slice of a volume.
volume::Shape extent_of(const volume::VoxelList& voxels, const volume::Shape& shape) {
  volume::Shape first = shape, last{};
  const auto hold = [&](std::size_t voxel) {
    const volume::Shape at{voxel % shape[0], voxel / shape[0] % shape[1], voxel / (shape[0] * shape[1])};
    for (std::size_t d = 0; d < at.size(); ++d) first[d] = std::min(first[d], at[d]), last[d] = std::max(last[d], at[d]);
  };
  for (const volume::VoxelRun& run : voxels.runs())
    for (std::size_t i = 0; i < run.count; ++i) hold(run.first + i);
  volume::Shape extent{1, 1, 1};
  for (std::size_t d = 0; d < extent.size() && voxels.size() > 0; ++d) extent[d] = last[d] - first[d] + 1;
  return extent;
}

/// Half the width of a box; each side is as long as the voxels' extent allows, at most 2 half + 1.
std::size_t half_width(const volume::Shape& shape, std::size_t n_wanted) {
  const auto volume_of = [&](std::size_t half) {
    std::size_t n = 1;
    for (const std::size_t extent : shape) n *= std::min(extent, 2 * half + 1);
    return n;
  };
  std::size_t half = 1;
  while (volume_of(half) < n_wanted && volume_of(half) < volume::n_voxel(shape)) ++half;
  return half;
}

struct Range {
  std::size_t first, last;  ///< both inclusive
};

/// The side of a box around `at`, moved into the grid where it would leave it.
Range side_around(std::size_t at, std::size_t half, std::size_t extent) {
  const std::size_t width = std::min(extent, 2 * half + 1), first = std::min(at > half ? at - half : 0, extent - width);
  return {first, first + width - 1};
}

/// Voxels of the list in the box around one of them, ascending.
std::vector<std::size_t> patch_around(std::size_t middle, std::size_t half, const volume::Shape& shape,
                                      const std::vector<bool>& is_listed) {
  const Range x = side_around(middle % shape[0], half, shape[0]), y = side_around(middle / shape[0] % shape[1], half, shape[1]),
              z = side_around(middle / (shape[0] * shape[1]), half, shape[2]);
  std::vector<std::size_t> voxels;
  for (std::size_t k = z.first; k <= z.last; ++k)
    for (std::size_t j = y.first; j <= y.last; ++j)
      for (std::size_t i = x.first; i <= x.last; ++i) {
        const std::size_t voxel = (k * shape[1] + j) * shape[0] + i;
        if (is_listed[voxel]) voxels.push_back(voxel);
      }
  return voxels;
}

std::complex<double> value(const Coefficients& c, std::size_t v, std::size_t k) {
  const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
  return {static_cast<double>(c.real[at]), static_cast<double>(c.imag[at])};
}

std::size_t strongest_coefficient(const Coefficients& c, const std::vector<std::size_t>& usable) {
  std::vector<double> energy(c.n_coeff, 0.0);
  for (const std::size_t v : usable)
    for (std::size_t k = 0; k < c.n_coeff; ++k) energy[k] += std::norm(value(c, v, k));
  return static_cast<std::size_t>(std::max_element(energy.begin(), energy.end()) - energy.begin());
}

/// [direction, usable voxel]: real and imaginary parts of all coefficients but the reference, turned by its phase.
Eigen::MatrixXd turned(const Coefficients& c, const std::vector<std::size_t>& usable, std::size_t reference) {
  Eigen::MatrixXd samples(static_cast<Eigen::Index>(2 * (c.n_coeff - 1)), static_cast<Eigen::Index>(usable.size()));
  Eigen::Index column = 0;
  for (const std::size_t v : usable) {
    const std::complex<double> r = value(c, v, reference), turn = r == 0.0 ? 1.0 : std::conj(r) / std::abs(r);
    Eigen::Index row = 0;
    for (std::size_t k = 0; k < c.n_coeff; ++k) {
      if (k == reference) continue;
      const std::complex<double> x = turn * value(c, v, k);
      samples(row++, column) = x.real();
      samples(row++, column) = x.imag();
    }
    ++column;
  }
  return samples;
}

/// Those of the voxels of `c` that say something.
std::vector<std::size_t> usable_voxels(const Coefficients& c) {
  std::vector<std::size_t> usable;
  for (std::size_t v = 0; v < c.n_voxel; ++v)
    if (volume::is_usable(c, v)) usable.push_back(v);
  return usable;
}

/// At least two usable voxels.
Floor floor_of_voxels(const Coefficients& c, const std::vector<std::size_t>& usable) {
  Eigen::MatrixXd samples = turned(c, usable, strongest_coefficient(c, usable));
  samples.colwise() -= samples.rowwise().mean();
  const std::size_t n_free = usable.size() - 1;
  const Eigen::MatrixXd covariance = samples * samples.transpose() / static_cast<double>(n_free);
  const Eigen::VectorXd eigenvalues =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance, Eigen::EigenvaluesOnly).eigenvalues();
  return floor_of({eigenvalues.data(), static_cast<std::size_t>(eigenvalues.size())}, n_free);
}

std::vector<std::size_t> sorted_union(const std::vector<std::vector<std::size_t>>& patches) {
  std::vector<std::size_t> all;
  for (const auto& patch : patches) all.insert(all.end(), patch.begin(), patch.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// Around voxels that are spread evenly over the list.
std::vector<std::vector<std::size_t>> patches_of(const volume::VoxelList& voxels, const volume::Shape& shape,
                                                 std::size_t half) {
  std::vector<bool> is_listed(volume::n_voxel(shape), false);
  for (const volume::VoxelRun& run : voxels.runs())
    std::fill_n(is_listed.begin() + static_cast<std::ptrdiff_t>(run.first), run.count, true);
  const std::size_t n = std::min(most_patches, voxels.size());
  std::vector<std::vector<std::size_t>> patches;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::size_t> middle;
    voxels.append((2 * i + 1) * voxels.size() / (2 * n), 1, middle);
    patches.push_back(patch_around(middle.front(), half, shape, is_listed));
  }
  return patches;
}

}  // namespace

bool Floor::is_found() const noexcept { return n_noise >= least_noise && 4 * n_noise >= n_direction; }

Floor floor_of(std::span<const double> eigenvalues, std::size_t n_sample) {
  Floor floor{.variance = 0, .n_noise = 0, .n_direction = eigenvalues.size()};
  double sum = 0;
  for (std::size_t n = 1; n <= eigenvalues.size(); ++n) {
    sum += eigenvalues[n - 1];
    const double variance = sum / static_cast<double>(n);
    const double widest = 4 * variance * std::sqrt(static_cast<double>(n) / static_cast<double>(n_sample));
    if (eigenvalues[n - 1] - eigenvalues[0] <= widest) floor.variance = variance, floor.n_noise = n;
  }
  return floor;
}

PatchSpectra patch_spectra(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads) {
  const volume::Shape& shape = image.grid().shape;
  PatchSpectra spectra{.floors = {}, .n_voxel = 0, .n_direction = 2 * (image.n_coeff() - 1)};
  const volume::Shape listed = extent_of(voxels, shape);
  const auto n_wide = std::count_if(listed.begin(), listed.end(), [](std::size_t extent) { return extent > 1; });
  if (n_wide < 2 || spectra.n_direction == 0) return spectra;
  const std::size_t n_wanted = std::max(least_box, voxels_per_direction * spectra.n_direction);
  const auto patches = patches_of(voxels, shape, half_width(listed, n_wanted));
  if (image.is_sequential()) threads = 1;  // one pass over the file serves all patches
  std::vector<volume::BatchReader> readers(threads, volume::BatchReader(image));
  if (image.is_sequential()) readers.front().gather_now(sorted_union(patches));
  std::vector<std::optional<Floor>> floors(patches.size());
  std::vector<std::vector<std::size_t>> used(patches.size());
  base::for_each_index(
      patches.size(), threads,
      [&](unsigned thread, std::size_t p) {
        if (3 * patches[p].size() < 2 * n_wanted) return;
        const Coefficients c = readers[thread].read_planes(patches[p]);
        const std::vector<std::size_t> usable = usable_voxels(c);
        if (3 * usable.size() < 2 * n_wanted) return;
        floors[p] = floor_of_voxels(c, usable);
        for (const std::size_t v : usable) used[p].push_back(patches[p][v]);
      },
      1);
  for (const std::optional<Floor>& floor : floors)
    if (floor) spectra.floors.push_back(*floor);
  spectra.n_voxel = sorted_union(used).size();
  return spectra;
}

}  // namespace crbrt::map
