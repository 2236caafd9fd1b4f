// SPDX-License-Identifier: Apache-2.0
// The rules of dimensions are those of the programs (tools/volume/dimensions.cpp); the formats here have no readers of their
// own.
#include "tools/web/described_image.h"

#include <array>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace crbrt::volume {

extern const ImageFormat nifti_format, cfl_format, hdf5_format;  // as in tools/volume, without the readers of files
const ImageFormat nifti_format{"NIfTI", false, nullptr, nullptr, coefficients_of_nifti};
const ImageFormat cfl_format{"BART x.cfl", false, nullptr, nullptr,
                             [](StoredImage& image, std::size_t) { return coefficients_of_bart(image); }};
const ImageFormat hdf5_format{"MAT v7.3 or HDF5", true, nullptr, nullptr, coefficients_of_hdf5};

}  // namespace crbrt::volume

namespace crbrt::web {
namespace {

constexpr auto element_names = std::to_array<std::string_view>({"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
                                                                "uint64", "float32", "float64", "complex64", "complex128"});

volume::Element element_of(const std::string& name) {
  for (std::size_t i = 0; i < element_names.size(); ++i)
    if (element_names[i] == name) return static_cast<volume::Element>(i);
  throw base::JsonError("no element type: " + name);
}

const volume::ImageFormat* format_of(const std::string& name) {
  if (name == "nifti") return &volume::nifti_format;
  if (name == "bart") return &volume::cfl_format;
  if (name == "hdf5") return &volume::hdf5_format;
  throw base::JsonError("no format: " + name);
}

std::array<double, 3> three(const base::Json& numbers) {
  return {numbers.at(std::size_t{0}).number(), numbers.at(1).number(), numbers.at(2).number()};
}

volume::Geometry geometry_of(const base::Json& json) {
  volume::Geometry g;
  g.qform_code = static_cast<int>(json.at("qform_code").integer());
  g.sform_code = static_cast<int>(json.at("sform_code").integer());
  g.is_known = g.qform_code > 0 || g.sform_code > 0;
  g.xyz_units = static_cast<int>(json.at("xyz_units").integer());
  g.qfac = json.at("qfac").number();
  g.spacing = three(json.at("spacing"));
  g.quatern = three(json.at("quatern"));
  g.qoffset = three(json.at("qoffset"));
  for (std::size_t i = 0; i < 12; ++i) g.sform[i / 4][i % 4] = json.at("sform").at(i).number();
  return g;
}

class BytesInMemory final : public volume::ByteSource {
 public:
  BytesInMemory(const std::byte* data, std::size_t size, std::string file) : data_(data), size_(size), file_(std::move(file)) {}

  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    if (offset > size_ || count > size_ - offset)
      throw base::InputError(file_, std::to_string(offset + count) + " bytes", std::to_string(size_) + " bytes");
    std::memcpy(to, data_ + offset, count);
  }

 private:
  const std::byte* data_;
  std::size_t size_;
  std::string file_;
};

}  // namespace

volume::StoredImage described_image(const base::Json& header) {
  volume::StoredImage image;
  image.spec.shown = image.spec.path = header.at("name").text();
  image.spec.format = format_of(header.at("format").text());
  for (const double extent : header.at("extents").numbers()) image.extents.push_back(static_cast<std::size_t>(extent));
  image.encoding = {element_of(header.at("element").text()), header.at("swapped").boolean(), header.at("slope").number(),
                    header.at("intercept").number()};
  if (const base::Json* geometry = header.find("geometry"); geometry != nullptr && !geometry->is_null())
    image.geometry = geometry_of(*geometry);
  volume::expect_usable_geometry(image.geometry, image.spec.shown);
  image.n_element();  // refuses what has no size
  return image;
}

std::shared_ptr<const volume::ByteSource> bytes_in_memory(const std::byte* data, std::size_t size, const std::string& file) {
  return std::make_shared<BytesInMemory>(data, size, file);
}

}  // namespace crbrt::web
