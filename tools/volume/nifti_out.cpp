// The header comes from libnifti, the bytes go out through our own checked write: libnifti's reports no full disk.
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

std::string head_of(const nifti_1_header& header) {
  std::string head(header_bytes, '\0');
  std::memcpy(head.data(), &header, sizeof header);
  return head;
}

template <class T>
std::string_view text_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class T>
void write(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid, std::span<const T> values,
           int datatype, Compression compression) {
  std::string head = head_of(make_header(grid, values.size() / n_voxel(grid.shape), datatype));
  if (compression == Compression::gzip) return base::write_text(path, gzipped(head.append(text_of(values))), shown);
  base::PieceFile file(path, shown);
  file.write(head);
  file.write(text_of(values));
  file.close();
}

/// Expands values to the whole image, piece by piece: pieces stay in the second-level cache, and the image is never in memory.
template <class T>
class Expansion {
 public:
  Expansion(const RunValues<T>& values, std::size_t n_voxel)
      : elsewhere_(values.elsewhere), runs_(values.runs), from_(values.values.data()), n_voxel_(n_voxel) {}

  /// The next voxels of the image; none at its end.
  std::span<const T> next() {
    const std::size_t end = std::min(n_voxel_, done_ + length);
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
  static constexpr std::size_t length = 32768;

  T elsewhere_;
  std::span<const VoxelRun> runs_;
  const T* from_;
  std::size_t n_voxel_;
  std::size_t done_ = 0;  // voxels of the image
  std::size_t used_ = 0;  // voxels of the first run
  bool is_blank_ = false;
  std::vector<T> piece_;
};

template <class T>
void write(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid, const RunValues<T>& values,
           int datatype, Compression compression) {
  std::string bytes = head_of(make_header(grid, 1, datatype));
  Expansion<T> expansion(values, n_voxel(grid.shape));
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
                 const RunValues<float>& values, Compression compression) {
  write(path, shown, grid, values, DT_FLOAT32, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression) {
  write(path, shown, grid, values, DT_UINT8, compression);
}

void expect_fits_nifti(const std::string& file, const Shape& shape) {
  for (const std::size_t extent : shape) {
    if (extent <= largest_extent) continue;
    throw base::InputError(file, "at most " + std::to_string(largest_extent) + " voxels along each dimension (NIfTI-1)",
                           text(shape));
  }
}

}  // namespace crbrt::volume
