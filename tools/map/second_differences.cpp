// SPDX-License-Identifier: Apache-2.0
// Block by block, so that threads can share them; what far() needs of all blocks is kept of a few thousand voxels.
#include "tools/map/second_differences.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/parallel.h"

namespace crbrt::map {
namespace {

constexpr std::size_t block_size = 128, max_blocks = 256, most_kept = 4096;

/// The middles and their neighbours, ascending.
std::vector<std::size_t> with_both_neighbours(const std::vector<std::size_t>& middles, std::size_t stride) {
  std::vector<std::size_t> below, above, part, all;
  for (const std::size_t v : middles) {
    below.push_back(v - stride);
    above.push_back(v + stride);
  }
  std::set_union(below.begin(), below.end(), middles.begin(), middles.end(), std::back_inserter(part));
  std::set_union(part.begin(), part.end(), above.begin(), above.end(), std::back_inserter(all));
  return all;
}

/// Where `wanted`, which lies behind `from`, stands in the ascending list.
std::size_t next_place(const std::vector<std::size_t>& list, std::size_t from, std::size_t wanted) {
  while (list[from] != wanted) ++from;
  return from;
}

}  // namespace

std::vector<std::vector<std::size_t>> spread_blocks(const volume::VoxelList& voxels) {
  std::vector<std::vector<std::size_t>> blocks;
  const std::size_t n = voxels.size();
  const bool is_all = n <= block_size * max_blocks;
  for (std::size_t b = 0; b < (is_all ? (n + block_size - 1) / block_size : max_blocks); ++b) {
    const std::size_t first = is_all ? b * block_size : b * (n - block_size) / (max_blocks - 1);
    voxels.append(first, std::min(block_size, n - first), blocks.emplace_back());
  }
  return blocks;
}

std::vector<std::size_t> joined(const std::vector<std::vector<std::size_t>>& blocks) {
  std::vector<std::size_t> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

namespace {

SecondDifferences::Found differences_of(volume::BatchReader& reader, std::size_t n_coeff,
                                        const std::vector<std::size_t>& middles, std::size_t stride, std::size_t step_of_kept) {
  SecondDifferences::Found found{.near = std::vector<std::vector<float>>(n_coeff)};
  const std::vector<std::size_t> voxels = with_both_neighbours(middles, stride);
  const Coefficients c = reader.read_planes(voxels);
  std::vector<bool> is_usable(c.n_voxel);
  for (std::size_t v = 0; v < c.n_voxel; ++v) is_usable[v] = volume::is_usable(c, v);
  for (std::vector<float>& sizes : found.near) sizes.reserve(2 * middles.size());
  std::array<std::size_t, 3> place{};
  for (std::size_t m = 0; m < middles.size(); ++m) {
    const std::array<std::size_t, 3> triple{middles[m] - stride, middles[m], middles[m] + stride};
    for (std::size_t i = 0; i < 3; ++i) place[i] = next_place(voxels, place[i], triple[i]);
    if (is_usable[place[0]] && is_usable[place[1]] && is_usable[place[2]])
      for (std::size_t k = 0; k < c.n_coeff; ++k)
        for (const float* const part : {c.real, c.imag}) {
          const auto value = [&](std::size_t i) { return part[place[i] * c.voxel_stride + k * c.coefficient_stride]; };
          found.near[k].push_back(std::abs(value(0) - 2 * value(1) + value(2)));
        }
    if (m % step_of_kept != 0) continue;
    found.is_usable.push_back({is_usable[place[0]], is_usable[place[1]], is_usable[place[2]]});
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < c.n_coeff; ++k)
        for (const float* const part : {c.real, c.imag})
          found.kept[i].push_back(part[place[i] * c.voxel_stride + k * c.coefficient_stride]);
  }
  return found;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

SecondDifferences::SecondDifferences(const volume::CoefficientImage& image,
                                     const std::vector<std::vector<std::size_t>>& middles, std::size_t stride, unsigned threads)
    : width_(2 * image.n_coeff()), found_{.near = std::vector<std::vector<float>>(image.n_coeff())} {
  std::size_t n = 0;
  for (const auto& block : middles) n += block.size();
  for (std::vector<float>& sizes : found_.near) sizes.reserve(2 * n);
  if (image.is_sequential()) threads = 1;  // one pass over the file serves all blocks
  std::vector<volume::BatchReader> readers(threads, volume::BatchReader(image));
  if (image.is_sequential()) readers.front().gather_now(with_both_neighbours(joined(middles), stride));
  std::vector<Found> blocks(middles.size());
  base::for_each_index(
      middles.size(), threads,
      [&](unsigned thread, std::size_t b) {
        blocks[b] = differences_of(readers[thread], image.n_coeff(), middles[b], stride, (n + most_kept - 1) / most_kept);
      },
      1);
  for (const Found& block : blocks) {
    for (std::size_t k = 0; k < block.near.size(); ++k) append(found_.near[k], block.near[k]);
    for (std::size_t i = 0; i < 3; ++i) append(found_.kept[i], block.kept[i]);
    append(found_.is_usable, block.is_usable);
  }
}

std::vector<float> SecondDifferences::far(std::size_t coefficient) const {
  std::vector<float> sizes;
  const std::size_t n = found_.is_usable.size(), apart = n / 3;
  for (std::size_t m = 0; m < n; ++m) {
    const std::array<std::size_t, 3> place{m, (m + apart) % n, (m + 2 * apart) % n};
    if (!found_.is_usable[place[0]][0] || !found_.is_usable[place[1]][1] || !found_.is_usable[place[2]][2]) continue;
    for (std::size_t i = 2 * coefficient; i < 2 * coefficient + 2; ++i) {
      const auto value = [&](std::size_t which) { return found_.kept[which][place[which] * width_ + i]; };
      sizes.push_back(std::abs(value(0) - 2 * value(1) + value(2)));
    }
  }
  return sizes;
}

}  // namespace crbrt::map
