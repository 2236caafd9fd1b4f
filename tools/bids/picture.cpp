// SPDX-License-Identifier: Apache-2.0
// PNG by libpng's simplified interface. One pixel a voxel, at most 160 a side: larger slices are thinned out.
#include "tools/bids/picture.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "physics/quantity.h"
#include "tools/bids/table.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/image_values.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_side = 160;

/// Values of the middle slice, first row on top: y runs upwards in a picture.
struct Slice {
  std::size_t width = 0, height = 0;
  std::vector<float> values;
};

Slice middle_slice(const volume::ImageValues& image) {
  const auto& [nx, ny, nz] = image.grid.shape;
  const std::size_t step = std::max<std::size_t>(1, (std::max(nx, ny) + largest_side - 1) / largest_side);
  Slice slice{(nx + step - 1) / step, (ny + step - 1) / step, {}};
  for (std::size_t row = 0; row < slice.height; ++row)
    for (std::size_t x = 0; x < nx; x += step)
      slice.values.push_back(image.values[x + nx * ((slice.height - 1 - row) * step + ny * (nz / 2))]);
  return slice;
}

struct Window {
  double low = 0, high = 1;
};

/// Of what is not 0, which is what lies outside the mask.
Window window_of(const Slice& slice) {
  std::vector<float> values;
  for (const float value : slice.values)
    if (std::isfinite(value) && value != 0) values.push_back(value);
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t last = values.size() - 1;
  const double low = static_cast<double>(values[last / 50]), high = static_cast<double>(values[last - last / 50]);
  return {std::min(low, 0.0), high > low ? high : low + 1};
}

Window window_of(const physics::Quantity& quantity, const Slice& slice) {
  const physics::DisplayForm& display = quantity.display;
  if (display.high > display.low) return {display.low * quantity.map.factor, display.high * quantity.map.factor};
  return window_of(slice);
}

void write_png(const fs::path& path, const Slice& slice, const std::vector<std::uint8_t>& rgb) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(slice.width);
  image.height = static_cast<png_uint_32>(slice.height);
  image.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, rgb.data(), 0, nullptr) == 0)
    throw base::OutputError(path.string(), image.message);
  bytes.resize(size);
  base::write_text_file(path, bytes);
}

std::vector<std::uint8_t> greys(const Slice& slice, const Window& window) {
  std::vector<std::uint8_t> rgb;
  for (const float value : slice.values) {
    const double share = (static_cast<double>(value) - window.low) / (window.high - window.low);
    const auto grey = static_cast<std::uint8_t>(std::isfinite(share) ? std::lround(255 * std::clamp(share, 0.0, 1.0)) : 0);
    rgb.insert(rgb.end(), 3, grey);
  }
  return rgb;
}

std::vector<std::uint8_t> flags(const Slice& slice) {
  constexpr float not_computed = 4;
  std::vector<std::uint8_t> rgb;
  for (const float status : slice.values) {
    std::array<std::uint8_t, 3> colour{200, 30, 30};
    if (status == 0) colour = {235, 235, 235};
    if (status == not_computed) colour = {40, 40, 40};
    rgb.insert(rgb.end(), colour.begin(), colour.end());
  }
  return rgb;
}

}  // namespace

void write_pictures(const fs::path& out, const CohortImage& image) {
  const volume::BidsMapNames names(image.name);
  std::error_code error;
  fs::create_directories(out / "figures", error);
  const auto slice_of = [&](const std::string& map) {
    Slice slice;
    const fs::path path = (out / names.folder() / names.path(map)).string() + ".nii.gz";
    if (fs::exists(path)) slice = middle_slice(volume::read_values(path.string()));
    return slice;
  };
  for (const physics::Quantity& quantity : physics::quantities()) {
    const std::string map(quantity.map.name);
    if (map.empty()) continue;
    const Slice slice = slice_of(map);
    if (slice.values.empty()) continue;
    const std::string path = names.path(map);
    write_png(out / picture_name(image.id, path.substr(path.rfind('_') + 1)), slice, greys(slice, window_of(quantity, slice)));
  }
  if (const Slice slice = slice_of("status"); !slice.values.empty())
    write_png(out / picture_name(image.id, "status"), slice, flags(slice));
}

}  // namespace crbrt::bids
