// SPDX-License-Identifier: Apache-2.0
// The structs are those of NIfTI's own headers, which need no library.
#include "tools/volume/nifti_head.h"

#include <nifti/nifti1.h>
#include <nifti/nifti2.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace crbrt::volume {
namespace {

constexpr std::size_t largest_extent_of_nifti1 = 32767;

/// Gives a field of a header, whose types differ between NIfTI-1 and NIfTI-2, a value that fits it.
template <class Field, class Value>
void set(Field& field, Value value) {
  field = static_cast<Field>(value);
}

int bits_of(int datatype) {
  switch (datatype) {
    case NIFTI_TYPE_UINT8: return 8;
    case NIFTI_TYPE_COMPLEX64: return 64;
    default: return 32;
  }
}

template <class Header>
void set_geometry(Header& header, const Geometry& g) {
  set(header.qform_code, g.qform_code);
  set(header.sform_code, g.sform_code);
  set(header.xyzt_units, g.xyz_units);
  set(header.pixdim[0], g.qfac);
  for (std::size_t i = 0; i < 3; ++i) set(header.pixdim[i + 1], g.spacing[i]);
  set(header.quatern_b, g.quatern[0]);
  set(header.quatern_c, g.quatern[1]);
  set(header.quatern_d, g.quatern[2]);
  set(header.qoffset_x, g.qoffset[0]);
  set(header.qoffset_y, g.qoffset[1]);
  set(header.qoffset_z, g.qoffset[2]);
  for (std::size_t c = 0; c < 4; ++c) {
    set(header.srow_x[c], g.sform[0][c]);
    set(header.srow_y[c], g.sform[1][c]);
    set(header.srow_z[c], g.sform[2][c]);
  }
}

/// Extents and spacings that are not used are 1: some readers multiply all seven.
template <class Header>
Header make_header(const Grid& grid, std::size_t n_image, int datatype, const Window& window) {
  Header header{};
  set(header.sizeof_hdr, sizeof header);
  for (std::size_t i = 0; i < 8; ++i) header.dim[i] = header.pixdim[i] = 1;
  set(header.dim[0], n_image > 1 ? 4 : 3);
  for (std::size_t i = 0; i < 3; ++i) set(header.dim[i + 1], grid.shape[i]);
  set(header.dim[4], n_image);
  set(header.datatype, datatype);
  set(header.bitpix, bits_of(datatype));
  set_geometry(header, grid.geometry);
  header.scl_slope = 1;
  set(header.cal_min, window.low);
  set(header.cal_max, window.high);
  set(header.vox_offset, sizeof header + 4);
  return header;
}

}  // namespace

std::string head_of(const Grid& grid, std::size_t n_image, int datatype, const Window& window) {
  const auto text_of_header = [](auto header, std::string_view magic) {
    std::memcpy(header.magic, magic.data(), magic.size());
    std::string head(sizeof header + 4, '\0');
    std::memcpy(head.data(), &header, sizeof header);
    return head;
  };
  const std::size_t longest = std::max({grid.shape[0], grid.shape[1], grid.shape[2], n_image});
  if (longest > largest_extent_of_nifti1)
    return text_of_header(make_header<nifti_2_header>(grid, n_image, datatype, window), {"n+2\0\r\n\032\n", 8});
  auto header = make_header<nifti_1_header>(grid, n_image, datatype, window);
  header.regular = 'r';  // as libnifti does
  return text_of_header(header, {"n+1\0", 4});
}

std::string head_of_map(const Grid& grid, const Window& window) { return head_of(grid, 1, NIFTI_TYPE_FLOAT32, window); }

}  // namespace crbrt::volume
