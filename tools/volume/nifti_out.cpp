// SPDX-License-Identifier: Apache-2.0
// The headers are libnifti's, the bytes go out through our own checked write: libnifti's reports no full disk, and its own
// way to NIfTI-2 can leave a file without a header.
#include "tools/volume/nifti.h"

#include <libdeflate.h>
#include <nifti/nifti2_io.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_output.h"

namespace crbrt::volume {
namespace {

constexpr std::size_t largest_extent_of_nifti1 = 32767;

/// Gives a field of a header, whose types differ between NIfTI-1 and NIfTI-2, a value that fits it.
template <class Field, class Value>
void set(Field& field, Value value) {
  field = static_cast<Field>(value);
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
  int bytes = 0, swapped = 0;
  nifti_datatype_sizes(datatype, &bytes, &swapped);
  set(header.datatype, datatype);
  set(header.bitpix, 8 * bytes);
  set_geometry(header, grid.geometry);
  header.scl_slope = 1;
  set(header.cal_min, window.low);
  set(header.cal_max, window.high);
  set(header.vox_offset, sizeof header + 4);
  return header;
}

/// The header and the four bytes that say "no extension". Extents that NIfTI-1 cannot hold make it NIfTI-2.
std::string head_of(const Grid& grid, std::size_t n_image, int datatype, const Window& window = {}) {
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
std::string_view text_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class T>
void write(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid, std::span<const T> values,
           int datatype, Compression compression) {
  std::string head = head_of(grid, values.size() / n_voxel(grid.shape), datatype);
  if (compression == Compression::gzip) return base::write_text(path, gzipped(head.append(text_of(values))), shown);
  base::PieceFile file(path, shown);
  file.write(head);
  file.write(text_of(values));
  file.close();
}

/// Expands values to the whole image, piece by piece: pieces stay in the second-level cache, and the image is never in memory.
/// Where there are zeros between the values, a piece is a block of the disk, because blocks of zeros take no room.
template <class T>
class Expansion {
 public:
  /// The image begins behind `head_bytes` of the file.
  Expansion(const RunValues<T>& values, std::size_t n_voxel, std::size_t head_bytes)
      : elsewhere_(values.elsewhere),
        runs_(values.runs),
        from_(values.values.data()),
        n_voxel_(n_voxel),
        length_(elsewhere_ == T(0) ? base::PieceFile::block_bytes / sizeof(T) : 32768),
        end_(length_ - head_bytes / sizeof(T) % length_) {}

  /// The next voxels of the image; none at its end.
  std::span<const T> next() {
    const std::size_t end = std::min(n_voxel_, end_);
    end_ += length_;
    is_blank_ = runs_.empty() || runs_.front().first + used_ >= end;
    piece_.assign(end - done_, elsewhere_);
    while (!runs_.empty() && runs_.front().first < end) {
      const std::size_t first = runs_.front().first + used_, n = std::min(runs_.front().count - used_, end - first);
      std::copy_n(from_, n, piece_.data() + (first - done_));
      from_ += n;
      used_ += n;
      if (used_ < runs_.front().count) break;
      runs_ = runs_.subspan(1);
      used_ = 0;
    }
    done_ = end;
    return piece_;
  }

  /// Whether the piece is zeros alone.
  bool is_zero() const { return is_blank_ && elsewhere_ == T(0); }

 private:
  T elsewhere_;
  std::span<const VoxelRun> runs_;
  const T* from_;
  std::size_t n_voxel_;
  std::size_t length_, end_;  // of pieces, and of the next one
  std::size_t done_ = 0;      // voxels of the image
  std::size_t used_ = 0;      // voxels of the first run
  bool is_blank_ = false;
  std::vector<T> piece_;
};

template <class T>
void write(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid, const RunValues<T>& values,
           int datatype, Compression compression, const Window& window) {
  std::string bytes = head_of(grid, 1, datatype, window);
  Expansion<T> expansion(values, n_voxel(grid.shape), bytes.size());
  if (compression == Compression::gzip) {
    for (auto piece = expansion.next(); !piece.empty(); piece = expansion.next()) bytes.append(text_of(piece));
    return base::write_text(path, gzipped(bytes), shown);
  }
  base::PieceFile file(path, shown);
  file.write(bytes);
  for (auto piece = expansion.next(); !piece.empty(); piece = expansion.next()) {
    if (expansion.is_zero())
      file.write_zeros(piece.size_bytes());
    else
      file.write(text_of(piece));
  }
  file.close();
}

}  // namespace

std::string head_of_map(const Grid& grid, const Window& window) { return head_of(grid, 1, DT_FLOAT32, window); }

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

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<float>& values, Compression compression, const Window& window) {
  write(path, shown, grid, values, DT_FLOAT32, compression, window);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression) {
  write(path, shown, grid, values, DT_UINT8, compression, {});
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::int32_t>& values, Compression compression) {
  write(path, shown, grid, values, DT_INT32, compression, {});
}

}  // namespace crbrt::volume
