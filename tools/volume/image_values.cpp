// Small enough to read at once: seven million voxels are 28 MB.
#include "tools/volume/image_values.h"

#include <cstddef>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

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

}  // namespace crbrt::volume
