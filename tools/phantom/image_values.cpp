// Small enough to read at once: seven million voxels are 28 MB.
#include "tools/phantom/image_values.h"

#include <cstddef>

#include "tools/cli/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::phantom {

ImageValues read_values(const std::string& path) {
  const volume::StoredImage image = volume::open_image(volume::FileSpec::parse(path));
  if (volume::is_complex(image.encoding.element)) throw cli::InputError(path, "an image of real numbers", "complex numbers");
  ImageValues result;
  result.grid = {volume::spatial_shape(image.spec, image.extents), image.geometry};
  const std::size_t n = image.n_element(), bytes = n * volume::bytes_of(image.encoding.element);
  std::vector<std::byte> stored(bytes);
  image.bytes->read(image.offset, stored.data(), bytes);
  result.values.resize(n);
  volume::decode(image.encoding, stored.data(), n, result.values.data());
  return result;
}

std::vector<float> read_values(const std::string& path, const volume::Shape& shape) {
  ImageValues image = read_values(path);
  if (image.grid.shape != shape)
    throw cli::InputError(path, "an image of " + volume::text(shape), volume::text(image.grid.shape));
  return std::move(image.values);
}

}  // namespace crbrt::phantom
