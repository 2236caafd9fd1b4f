// SPDX-License-Identifier: Apache-2.0
// Numbers of single precision with noise in them are practically never zero; a few zeros are what integers on the way leave.
#include "tools/volume/blank_parts.h"

#include <algorithm>

#include "base/number_text.h"

namespace crbrt::volume {
namespace {

constexpr double least_share_of_plane = 0.05, least_share_of_parts = 0.95;

std::string percent(double share) { return base::number_text(100 * share, "%.3g") + " %"; }

}  // namespace

std::vector<std::size_t> spread_sample(const VoxelList& voxels, std::size_t most) {
  constexpr std::size_t block = 32;  // neighbours are read at once
  std::vector<std::size_t> chosen;
  if (voxels.size() <= most || most < 2 * block) {
    voxels.append(0, std::min(most, voxels.size()), chosen);
    return chosen;
  }
  const std::size_t n_block = most / block;
  for (std::size_t b = 0; b < n_block; ++b) voxels.append(b * (voxels.size() - block) / (n_block - 1), block, chosen);
  return chosen;
}

std::vector<float> sample_coefficients(const CoefficientImage& image, const VoxelList& voxels) {
  constexpr std::size_t sample_size = 1024;
  const std::vector<std::size_t> chosen = spread_sample(voxels, sample_size);
  std::vector<float> interleaved(chosen.size() * 2 * image.n_coeff());
  BatchReader(image).read(chosen, interleaved.data());
  return interleaved;
}

BlankParts blank_parts(std::span<const float> interleaved, std::size_t n_coeff) {
  BlankParts blank{.coefficient = std::vector<double>(n_coeff)};
  const Coefficients all = Coefficients::interleaved_rows(interleaved.data(), interleaved.size() / (2 * n_coeff), n_coeff);
  for (std::size_t v = 0; v < all.n_voxel; ++v) {
    if (!is_usable(all, v)) continue;
    const auto c = interleaved.subspan(2 * n_coeff * v, 2 * n_coeff);
    ++blank.n_voxel;
    bool has_real = false, has_imaginary = false;
    for (std::size_t k = 0; k < n_coeff; ++k) {
      if (c[2 * k] == 0 && c[2 * k + 1] == 0) blank.coefficient[k] += 1;
      has_real = has_real || c[2 * k] != 0;
      has_imaginary = has_imaginary || c[2 * k + 1] != 0;
    }
    if (!has_real) blank.real += 1;
    if (!has_imaginary) blank.imaginary += 1;
  }
  const double n = std::max(1.0, static_cast<double>(blank.n_voxel));
  for (double& share : blank.coefficient) share /= n;
  blank.real /= n;
  blank.imaginary /= n;
  return blank;
}

bool warn_of_blank_parts(const BlankParts& blank, const std::string& file, base::Warnings& warnings) {
  const std::size_t n_before = warnings.texts().size();
  const std::string of_voxels = " of " + std::to_string(blank.n_voxel) + " voxels";
  for (std::size_t k = 0; k < blank.coefficient.size(); ++k) {
    if (blank.coefficient[k] < least_share_of_plane) continue;
    warnings.add(file + ": coefficient " + std::to_string(k) + " (counted from 0) is zero in " + percent(blank.coefficient[k]) +
                 of_voxels + " whose other coefficients are not, as if it had not been filled in");
  }
  if (blank.imaginary >= least_share_of_parts)
    warnings.add(file + ": the imaginary parts are all zero in " + percent(blank.imaginary) + of_voxels +
                 ", as if real parts or magnitudes alone had been kept");
  if (blank.real >= least_share_of_parts)
    warnings.add(file + ": the real parts are all zero in " + percent(blank.real) + of_voxels +
                 ", as if imaginary parts alone had been kept");
  return warnings.texts().size() > n_before;
}

}  // namespace crbrt::volume
