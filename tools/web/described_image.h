// SPDX-License-Identifier: Apache-2.0
/// An image whose header the page has read: what JavaScript says of it, as the StoredImage that the programs' rules work on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/json.h"
#include "tools/volume/stored_image.h"

namespace crbrt::web {

/// {"name": "brain.nii", "format": "nifti" | "bart" | "hdf5", "extents": [...], "element": "complex64", "swapped": false,
///  "slope": 1, "intercept": 0, "geometry": {"qform_code", "sform_code", "xyz_units", "qfac", "spacing", "quatern", "qoffset",
///  "sform": [12]}}; geometry may be absent. It has no bytes. Throws JsonError for anything else, InputError for a geometry
///  that no voxel
/// can lie in.
volume::StoredImage described_image(const base::Json& header);

/// The numbers of a whole image in memory, for what reads a ByteSource. Throws InputError naming `file` beyond the end.
std::shared_ptr<const volume::ByteSource> bytes_in_memory(const std::byte* data, std::size_t size, const std::string& file);

}  // namespace crbrt::web
