// SPDX-License-Identifier: Apache-2.0
// Maps are small enough to read at once: seven million voxels are 28 MB.
#include "tools/volume/image_values.h"

#include <span>
#include <utility>

#include "base/error.h"
#include "tools/volume/image_pieces.h"
#include "tools/volume/mask.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

/// The grid of an image of one number per voxel.
Grid grid_of(const StoredImage& image) { return {spatial_shape(image.spec, image.extents), image.geometry}; }

}  // namespace

ImageValues read_values(const std::string& path) {
  const StoredImage image = open_image(FileSpec::parse(path));
  if (is_complex(image.encoding.element)) throw base::InputError(path, "an image of real numbers", "complex numbers");
  expect_no_notes(image);
  ImageValues result;
  result.grid = grid_of(image);
  result.values.reserve(image.n_element());
  for_each_piece(image, [&](std::size_t, std::span<const float> values) {
    result.values.insert(result.values.end(), values.begin(), values.end());
  });
  return result;
}

std::vector<float> read_values(const std::string& path, const Grid& grid, GridCheck check) {
  ImageValues image = read_values(path);
  const StorageOrder order = expect_order_in(grid, image.grid, check, path, "an image");
  if (order.is_same) return std::move(image.values);
  std::vector<float> values(image.values.size());
  for (std::size_t v = 0; v < values.size(); ++v) values[order(v)] = image.values[v];
  return values;
}

VoxelList read_mask(const std::string& spec, const Grid& grid, GridCheck check, base::Warnings& warnings) {
  return mask_of(open_image(FileSpec::parse(spec)), grid, check, warnings);
}

}  // namespace crbrt::volume
