// The header comes from libnifti, the bytes go out through our own checked write: libnifti's reports no full disk.
#include "tools/volume/nifti.h"

#include <libdeflate.h>
#include <nifti/nifti2_io.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"

namespace crbrt::volume {
namespace {

constexpr std::size_t header_bytes = 352;  // sizeof(nifti_1_header) and four bytes that say "no extension"
constexpr std::size_t largest_extent = 32767;

void set_geometry(nifti_1_header& header, const Geometry& g) {
  header.qform_code = static_cast<short>(g.qform_code);
  header.sform_code = static_cast<short>(g.sform_code);
  header.xyzt_units = static_cast<char>(g.xyz_units);
  header.pixdim[0] = static_cast<float>(g.qfac);
  for (std::size_t i = 0; i < 3; ++i) header.pixdim[i + 1] = static_cast<float>(g.spacing[i]);
  header.quatern_b = static_cast<float>(g.quatern[0]);
  header.quatern_c = static_cast<float>(g.quatern[1]);
  header.quatern_d = static_cast<float>(g.quatern[2]);
  header.qoffset_x = static_cast<float>(g.qoffset[0]);
  header.qoffset_y = static_cast<float>(g.qoffset[1]);
  header.qoffset_z = static_cast<float>(g.qoffset[2]);
  for (std::size_t c = 0; c < 4; ++c) {
    header.srow_x[c] = static_cast<float>(g.sform[0][c]);
    header.srow_y[c] = static_cast<float>(g.sform[1][c]);
    header.srow_z[c] = static_cast<float>(g.sform[2][c]);
  }
}

nifti_1_header make_header(const Grid& grid, std::size_t n_image, int datatype) {
  const std::int64_t dims[8] = {n_image > 1 ? 4 : 3,
                                static_cast<std::int64_t>(grid.shape[0]),
                                static_cast<std::int64_t>(grid.shape[1]),
                                static_cast<std::int64_t>(grid.shape[2]),
                                static_cast<std::int64_t>(n_image),
                                1,
                                1,
                                1};
  const std::unique_ptr<nifti_1_header, void (*)(void*)> made(nifti_make_new_n1_header(dims, datatype), std::free);
  if (!made) throw std::bad_alloc();
  nifti_1_header header = *made;
  set_geometry(header, grid.geometry);
  header.scl_slope = 1;
  header.scl_inter = 0;
  header.vox_offset = header_bytes;
  std::memcpy(header.magic, "n+1", 4);
  return header;
}

std::string gzipped(const std::string& plain) {
  constexpr int fastest_level = 1;
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflater(
      libdeflate_alloc_compressor(fastest_level), libdeflate_free_compressor);
  if (!deflater) throw std::bad_alloc();
  std::string packed(libdeflate_gzip_compress_bound(deflater.get(), plain.size()), '\0');
  packed.resize(libdeflate_gzip_compress(deflater.get(), plain.data(), plain.size(), packed.data(), packed.size()));
  return packed;
}

template <class T>
void write(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid, std::span<const T> values,
           int datatype, Compression compression) {
  const nifti_1_header header = make_header(grid, values.size() / n_voxel(grid.shape), datatype);
  std::string head(header_bytes, '\0');
  std::memcpy(head.data(), &header, sizeof header);
  const std::string_view numbers(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  if (compression == Compression::gzip)
    base::write_text(path, gzipped(head.append(numbers)), shown);
  else
    base::write_parts(path, std::array{std::string_view(head), numbers}, shown);
}

}  // namespace

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const float> values, Compression compression) {
  write(path, shown, grid, values, DT_FLOAT32, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::uint8_t> values, Compression compression) {
  write(path, shown, grid, values, DT_UINT8, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::complex<float>> values, Compression compression) {
  write(path, shown, grid, values, DT_COMPLEX64, compression);
}

void expect_fits_nifti(const std::string& file, const Shape& shape) {
  for (const std::size_t extent : shape) {
    if (extent <= largest_extent) continue;
    throw base::InputError(file, "at most " + std::to_string(largest_extent) + " voxels along each dimension (NIfTI-1)",
                           text(shape));
  }
}

}  // namespace crbrt::volume
