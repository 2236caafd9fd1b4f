// SPDX-License-Identifier: Apache-2.0
// The headers are libnifti's, the bytes go out through our own checked write: libnifti's reports no full disk, and its own
// way to NIfTI-2 can leave a file without a header.
#include "tools/volume/nifti.h"

#include <libdeflate.h>
#include <nifti/nifti1.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_output.h"

namespace crbrt::volume {
namespace {

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

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const float> values, Compression compression) {
  write(path, shown, grid, values, NIFTI_TYPE_FLOAT32, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::uint8_t> values, Compression compression) {
  write(path, shown, grid, values, NIFTI_TYPE_UINT8, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::complex<float>> values, Compression compression) {
  write(path, shown, grid, values, NIFTI_TYPE_COMPLEX64, compression);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<float>& values, Compression compression, const Window& window) {
  write(path, shown, grid, values, NIFTI_TYPE_FLOAT32, compression, window);
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression) {
  write(path, shown, grid, values, NIFTI_TYPE_UINT8, compression, {});
}

void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::int32_t>& values, Compression compression) {
  write(path, shown, grid, values, NIFTI_TYPE_INT32, compression, {});
}

}  // namespace crbrt::volume
