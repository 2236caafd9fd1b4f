// Block by block, in memory that stays in the cache; what far() needs of all blocks is kept of a few thousand voxels.
#include "tools/map/second_differences.h"

#include <algorithm>
#include <cmath>
#include <iterator>

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

std::vector<bool> usable_voxels(const Coefficients& c) {
  std::vector<bool> is_usable(c.n_voxel);
  for (std::size_t v = 0; v < c.n_voxel; ++v) {
    bool is_finite = true, is_empty = true;
    for (std::size_t k = 0; k < c.n_coeff; ++k) {
      const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
      is_finite = is_finite && std::isfinite(c.real[at]) && std::isfinite(c.imag[at]);
      is_empty = is_empty && c.real[at] == 0 && c.imag[at] == 0;
    }
    is_usable[v] = is_finite && !is_empty;
  }
  return is_usable;
}

SecondDifferences::SecondDifferences(const volume::CoefficientImage& image,
                                     const std::vector<std::vector<std::size_t>>& middles, std::size_t stride)
    : reader_(image), width_(2 * image.n_coeff()), near_(image.n_coeff()) {
  std::size_t n = 0;
  for (const auto& block : middles) n += block.size();
  for (std::vector<float>& sizes : near_) sizes.reserve(2 * n);
  if (image.is_sequential()) reader_.gather_now(with_both_neighbours(joined(middles), stride));
  for (const auto& block : middles) add_block(block, stride, (n + most_kept - 1) / most_kept);
}

void SecondDifferences::add_block(const std::vector<std::size_t>& middles, std::size_t stride, std::size_t step_of_kept) {
  const std::vector<std::size_t> voxels = with_both_neighbours(middles, stride);
  const Coefficients c = reader_.read_planes(voxels);
  const std::vector<bool> is_usable = usable_voxels(c);
  std::array<std::size_t, 3> place{};
  for (std::size_t m = 0; m < middles.size(); ++m) {
    const std::array<std::size_t, 3> triple{middles[m] - stride, middles[m], middles[m] + stride};
    for (std::size_t i = 0; i < 3; ++i) place[i] = next_place(voxels, place[i], triple[i]);
    if (is_usable[place[0]] && is_usable[place[1]] && is_usable[place[2]])
      for (std::size_t k = 0; k < c.n_coeff; ++k)
        for (const float* const part : {c.real, c.imag}) {
          const auto value = [&](std::size_t i) { return part[place[i] * c.voxel_stride + k * c.coefficient_stride]; };
          near_[k].push_back(std::abs(value(0) - 2 * value(1) + value(2)));
        }
    if (m % step_of_kept != 0) continue;
    is_usable_.push_back({is_usable[place[0]], is_usable[place[1]], is_usable[place[2]]});
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < c.n_coeff; ++k)
        for (const float* const part : {c.real, c.imag})
          kept_[i].push_back(part[place[i] * c.voxel_stride + k * c.coefficient_stride]);
  }
}

std::vector<float> SecondDifferences::far(std::size_t coefficient) const {
  std::vector<float> sizes;
  const std::size_t n = is_usable_.size(), apart = n / 3;
  for (std::size_t m = 0; m < n; ++m) {
    const std::array<std::size_t, 3> place{m, (m + apart) % n, (m + 2 * apart) % n};
    if (!is_usable_[place[0]][0] || !is_usable_[place[1]][1] || !is_usable_[place[2]][2]) continue;
    for (std::size_t i = 2 * coefficient; i < 2 * coefficient + 2; ++i) {
      const auto value = [&](std::size_t which) { return kept_[which][place[which] * width_ + i]; };
      sizes.push_back(std::abs(value(0) - 2 * value(1) + value(2)));
    }
  }
  return sizes;
}

}  // namespace crbrt::map
