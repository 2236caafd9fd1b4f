// SPDX-License-Identifier: Apache-2.0
// A header made by libnifti, numbers of 16 bits, gzip by libdeflate, base64.
#include "tools/viewer/packed_image.h"

#include <libdeflate.h>
#include <nifti/nifti2_io.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "base/base64.h"

namespace crbrt::viewer {
namespace {

constexpr std::size_t header_bytes = 352;  // sizeof(nifti_1_header) and four bytes that say "no extension"

std::string header_text(const Affine& affine, const Box& box, double step) {
  const auto extent = [&](std::size_t d) { return static_cast<std::int64_t>(box.extents[d]); };
  const std::int64_t dims[8] = {3, extent(0), extent(1), extent(2), 1, 1, 1, 1};
  const std::unique_ptr<nifti_1_header, void (*)(void*)> made(nifti_make_new_n1_header(dims, DT_INT16), std::free);
  if (!made) throw std::bad_alloc();
  nifti_1_header header = *made;
  float* const rows[] = {header.srow_x, header.srow_y, header.srow_z};
  for (std::size_t c = 0; c < 4; ++c) {
    for (std::size_t r = 0; r < 3; ++r) rows[r][c] = static_cast<float>(affine[r][c]);
    if (c < 3) header.pixdim[c + 1] = static_cast<float>(std::hypot(affine[0][c], affine[1][c], affine[2][c]));
  }
  header.qform_code = 0;
  header.sform_code = NIFTI_XFORM_SCANNER_ANAT;
  header.xyzt_units = NIFTI_UNITS_MM;
  header.scl_slope = static_cast<float>(step);
  header.scl_inter = 0;
  header.vox_offset = header_bytes;
  std::memcpy(header.magic, "n+1", 4);
  std::string text(header_bytes, '\0');
  std::memcpy(text.data(), &header, sizeof header);
  return text;
}

std::string gzipped(const std::string& plain) {
  constexpr int level = 6;
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflater(libdeflate_alloc_compressor(level),
                                                                                          libdeflate_free_compressor);
  if (!deflater) throw std::bad_alloc();
  std::string packed(libdeflate_gzip_compress_bound(deflater.get(), plain.size()), '\0');
  packed.resize(libdeflate_gzip_compress(deflater.get(), plain.data(), plain.size(), packed.data(), packed.size()));
  return packed;
}

}  // namespace

Box box_around(const volume::Shape& grid, const std::vector<bool>& is_marked) {
  volume::Shape low = grid, high{0, 0, 0};
  for (std::size_t v = 0; v < is_marked.size(); ++v) {
    if (!is_marked[v]) continue;
    const volume::Shape at{v % grid[0], v / grid[0] % grid[1], v / (grid[0] * grid[1])};
    for (std::size_t d = 0; d < 3; ++d) low[d] = std::min(low[d], at[d]), high[d] = std::max(high[d], at[d]);
  }
  Box box{{0, 0, 0}, grid};
  for (std::size_t d = 0; d < 3 && low[0] <= high[0]; ++d) {
    box.first[d] = low[d] - (low[d] > 0 ? 1 : 0);
    box.extents[d] = std::min(high[d] + 2, grid[d]) - box.first[d];
  }
  return box;
}

Affine box_affine(const volume::Grid& grid, const Box& box) {
  Affine affine = volume::affine_mm(grid.geometry);
  for (auto& row : affine)
    for (std::size_t d = 0; d < 3; ++d) row[3] += row[d] * static_cast<double>(box.first[d]);
  return affine;
}

Affine inverse_of(const Affine& a) {
  Affine b{};
  const auto minor = [&](std::size_t r, std::size_t c) {
    const std::size_t r0 = (r + 1) % 3, r1 = (r + 2) % 3, c0 = (c + 1) % 3, c1 = (c + 2) % 3;
    return a[r0][c0] * a[r1][c1] - a[r0][c1] * a[r1][c0];
  };
  const double determinant = a[0][0] * minor(0, 0) + a[0][1] * minor(0, 1) + a[0][2] * minor(0, 2);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) b[r][c] = minor(c, r) / determinant;
    for (std::size_t c = 0; c < 3; ++c) b[r][3] -= b[r][c] * a[c][3];
  }
  return b;
}

PackedImage pack(const std::vector<float>& values, const volume::Grid& grid, const Box& box, double step) {
  constexpr double largest = std::numeric_limits<std::int16_t>::max();
  PackedImage image;
  image.step = static_cast<double>(static_cast<float>(step));
  std::vector<std::int16_t> stored;
  stored.reserve(volume::n_voxel(box.extents));
  for (std::size_t z = 0; z < box.extents[2]; ++z)
    for (std::size_t y = 0; y < box.extents[1]; ++y) {
      const std::size_t row = ((box.first[2] + z) * grid.shape[1] + box.first[1] + y) * grid.shape[0] + box.first[0];
      for (std::size_t x = 0; x < box.extents[0]; ++x) {
        const double level = std::nearbyint(static_cast<double>(values[row + x]) / image.step);
        if (std::abs(level) > largest) ++image.n_cut;
        stored.push_back(std::isnan(level) ? std::int16_t{0} : static_cast<std::int16_t>(std::clamp(level, -largest, largest)));
      }
    }
  std::string file = header_text(box_affine(grid, box), box, image.step);
  file.append(reinterpret_cast<const char*>(stored.data()), stored.size() * sizeof(std::int16_t));
  image.text = base::base64(gzipped(file));
  return image;
}

}  // namespace crbrt::viewer
