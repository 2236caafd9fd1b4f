// Maps are small enough to read at once: seven million voxels are 28 MB.
#include "tools/volume/image_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

bool is_marked(float value) noexcept { return value != 0 && !std::isnan(value); }

// Reads in pieces, so that a mask of doubles needs no second copy.
std::vector<std::size_t> marked_voxels(const StoredImage& image) {
  constexpr std::size_t piece = 65536;
  const std::size_t n = image.n_element(), width = bytes_of(image.encoding.element);
  const std::size_t step = is_complex(image.encoding.element) ? 2 : 1;
  std::vector<std::byte> stored(piece * width);
  std::vector<float> values(piece * step);
  std::vector<std::size_t> marked;
  marked.reserve(n);  // memory that is not written to costs nothing
  for (std::size_t first = 0; first < n; first += piece) {
    const std::size_t count = std::min(piece, n - first);
    image.bytes->read(image.offset + first * width, stored.data(), count * width);
    decode(image.encoding, stored.data(), count, values.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (is_marked(values[i * step])) marked.push_back(first + i);
    }
  }
  return marked;
}

}  // namespace

ImageValues read_values(const std::string& path) {
  const StoredImage image = open_image(FileSpec::parse(path));
  if (is_complex(image.encoding.element)) throw base::InputError(path, "an image of real numbers", "complex numbers");
  ImageValues result;
  result.grid = {spatial_shape(image.spec, image.extents), image.geometry};
  const std::size_t n = image.n_element(), bytes = n * bytes_of(image.encoding.element);
  std::vector<std::byte> stored(bytes);
  image.bytes->read(image.offset, stored.data(), bytes);
  result.values.resize(n);
  decode(image.encoding, stored.data(), n, result.values.data());
  return result;
}

std::vector<float> read_values(const std::string& path, const Shape& shape) {
  ImageValues image = read_values(path);
  if (image.grid.shape != shape) throw base::InputError(path, "an image of " + text(shape), text(image.grid.shape));
  return std::move(image.values);
}

std::vector<std::size_t> read_mask(const std::string& spec, const Shape& shape) {
  const StoredImage image = open_image(FileSpec::parse(spec));
  const Shape found = spatial_shape(image.spec, image.extents);
  if (found != shape) throw base::InputError(spec, "a mask of " + text(shape), text(image.extents));
  std::vector<std::size_t> marked = marked_voxels(image);
  if (marked.empty()) throw base::InputError(spec, "at least one voxel in the mask", "none");
  return marked;
}

std::vector<std::size_t> all_voxels(const Shape& shape) {
  std::vector<std::size_t> voxels(n_voxel(shape));
  std::iota(voxels.begin(), voxels.end(), std::size_t{0});
  return voxels;
}

}  // namespace crbrt::volume
