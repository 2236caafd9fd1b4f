/// An image as it lies in its file: extents, number format and bytes, before anybody says what its dimensions mean.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/volume/byte_source.h"
#include "tools/volume/element.h"
#include "tools/volume/file_spec.h"
#include "tools/volume/grid.h"

namespace crbrt::volume {

struct StoredImage {
  FileSpec spec;
  std::vector<std::size_t> extents;  ///< first dimension fastest; the order of MATLAB, NIfTI and BART
  Encoding encoding;
  Geometry geometry;  ///< the identity where the format has none
  std::shared_ptr<const ByteSource> bytes;
  std::uint64_t offset = 0;  ///< where the first element lies

  std::size_t n_element() const;  ///< throws InputError when the extents are zero or overflow
};

/// Opens the header and checks that the file holds all the elements it promises. Throws InputError.
StoredImage open_image(const FileSpec& spec);

/// The first three extents of `extents`, singleton dimensions beyond them dropped. Throws InputError when more are left.
Shape spatial_shape(const FileSpec& spec, std::vector<std::size_t> extents);

/// "181x217x181x13"
std::string text(const std::vector<std::size_t>& extents);

// One reader per format; open_image() picks by the kind of the spec.
StoredImage open_nifti(const FileSpec& spec);
StoredImage open_cfl(const FileSpec& spec);
StoredImage open_hdf5(const FileSpec& spec);

}  // namespace crbrt::volume
