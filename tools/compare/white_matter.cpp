// SPDX-License-Identifier: Apache-2.0
// Erosion by a box, one dimension after the other, and a quantile of a coefficient ratio.
#include "tools/compare/white_matter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"

namespace crbrt::compare {
namespace {

constexpr std::size_t least_n_coeff = 3;

// A voxel stays where `margin` voxels before and behind it along one dimension are marked.
std::vector<char> eroded_along(const std::vector<char>& mask, const volume::Shape& shape, std::size_t dimension,
                               std::size_t margin) {
  std::size_t stride = 1;
  for (std::size_t d = 0; d < dimension; ++d) stride *= shape[d];
  std::vector<char> result(mask.size(), 0);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const std::size_t position = i / stride % shape[dimension];
    if (position < margin || position + margin >= shape[dimension]) continue;
    bool all = true;
    for (std::size_t j = i - margin * stride; j <= i + margin * stride; j += stride) all = all && mask[j] != 0;
    result[i] = all ? 1 : 0;
  }
  return result;
}

}  // namespace

std::vector<std::size_t> eroded(const std::vector<std::size_t>& marked, const volume::Shape& shape, std::size_t margin) {
  std::vector<char> mask(volume::n_voxel(shape), 0);
  for (std::size_t v : marked) mask[v] = 1;
  for (std::size_t d = 0; d < 3; ++d)
    if (shape[d] > 1) mask = eroded_along(mask, shape, d, margin);
  std::vector<std::size_t> result;
  for (std::size_t v : marked)
    if (mask[v] != 0) result.push_back(v);
  return result;
}

std::vector<std::size_t> white_matter(const volume::CoefficientImage& image, const std::vector<std::size_t>& voxels) {
  if (image.n_coeff() < least_n_coeff)
    throw base::DisagreementError(image.spec().shown, "at least 3 coefficients per voxel to find white matter by the third",
                                  std::to_string(image.n_coeff()));
  const std::size_t width = 2 * image.n_coeff();
  std::vector<float> c(voxels.size() * width);
  volume::BatchReader(image).read(voxels, c.data());
  std::vector<std::pair<double, std::size_t>> ratio;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const float* v = c.data() + i * width;
    const double first = std::hypot(v[0], v[1]), third = std::hypot(v[4], v[5]);
    if (first > 0 && std::isfinite(third / first)) ratio.emplace_back(third / first, voxels[i]);
  }
  std::sort(ratio.begin(), ratio.end());
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < ratio.size() / 3; ++i) result.push_back(ratio[i].second);
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace crbrt::compare
