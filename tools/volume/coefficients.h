// SPDX-License-Identifier: Apache-2.0
/// Coefficient images: every voxel holds n_coeff complex numbers. They are read in batches of voxels, so that a whole brain
/// needs no more memory than one batch where the file allows to read any place of it (NIfTI, .cfl), and that of the listed
/// voxels where it does not (.nii.gz, HDF5, MAT).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crbrt/view.h"
#include "tools/volume/stored_image.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::volume {

/// Coefficients of listed voxels of an image that can only be read from its beginning, taken in one pass.
struct GatheredPlanes {
  std::vector<std::size_t> voxels;  ///< ascending
  std::vector<float> values;        ///< [plane, voxel of the list], pairs where complex
};

/// Which dimension holds the coefficients, the format says (ImageFormat::coefficients; docs/mapping.md lists them).
class CoefficientImage {
 public:
  /// Real and imaginary parts may lie in two files of the same extents and, as far as both say so and `check` asks for it, of
  /// the same place, both of real numbers (`imaginary` empty: one file). `n_expected` coefficients per voxel decide where
  /// extents could be read in several ways (0: unknown). Throws InputError.
  static CoefficientImage open(const std::string& spec, const std::string& imaginary = "", std::size_t n_expected = 0,
                               GridCheck check = GridCheck::world);

  const FileSpec& spec() const noexcept { return parts_.front().image.spec; }
  /// The file, or those of the real and of the imaginary parts.
  std::vector<FileSpec> files() const;
  const Grid& grid() const noexcept { return grid_; }
  std::size_t n_coeff() const noexcept { return n_coeff_; }
  /// What is suspicious about the files.
  std::vector<std::string> notes() const;

  /// Throws DisagreementError naming `who` (e.g. "model v3p2_lean") unless a voxel has n_coeff coefficients.
  void expect_n_coeff(std::size_t n_coeff, const std::string& who) const;

  /// Reads these voxels (ascending) now where the file is compressed or a container, so that no batch reads it again. Throws
  /// InputError.
  void keep(const VoxelList& voxels);
  /// Whether files are read from their beginning alone.
  bool is_sequential() const noexcept;

 private:
  friend class BatchReader;
  struct Part {
    StoredImage image;
    std::size_t n_plane;
    std::shared_ptr<const GatheredPlanes> kept{};
  };
  CoefficientImage(std::vector<Part> parts, const CoefficientPlanes& planes);

  std::vector<Part> parts_;  ///< one file, or that of the real and that of the imaginary parts
  Grid grid_;
  std::size_t block_;  ///< voxels that lie together in the file
  std::size_t n_coeff_;
  bool is_complex_;
};

/// Whether a voxel of `c` says something: its numbers are finite, and not all zero.
bool is_usable(const Coefficients& c, std::size_t voxel);

/// Gathers the coefficients of listed voxels. One reader per thread; the image may be shared.
class BatchReader {
 public:
  explicit BatchReader(const CoefficientImage& image) : image_(&image), gathered_(image.parts_.size()) {}

  /// Reads these voxels (ascending) now where the file can only be read from its beginning and the image does not keep them, so
  /// that each read_planes() of some of them does not pass over the file anew. Throws InputError.
  void gather_now(std::span<const std::size_t> voxels);

  /// Planes of the listed voxels, in memory of the reader that lasts until the next call: interleaved planes of a complex
  /// image, planes of a real one. voxels: indices into the grid, x fastest, ascending. Throws InputError when the file ends
  /// early.
  Coefficients read_planes(std::span<const std::size_t> voxels);

  /// The same, transposed to rows.
  /// interleaved   [voxels.size(), 2 * n_coeff]: re, im, re, im, ... of one voxel after the other
  /// Throws InputError when the file ends early.
  void read(std::span<const std::size_t> voxels, float* interleaved);

 private:
  using Part = CoefficientImage::Part;
  /// To planes plane0, plane0 + 1, ... of all voxels, from a file that allows to read any place.
  void read_anywhere(const Part& part, std::size_t plane0, std::span<const std::size_t> voxels);
  /// The same of part `p` from planes that were gathered before, or are gathered now.
  void read_gathered(std::size_t p, std::size_t plane0, std::span<const std::size_t> voxels);
  const GatheredPlanes& gathered_planes(std::size_t p, std::span<const std::size_t> voxels);
  void read_run(const Part& part, std::size_t plane0, std::span<const std::size_t> voxels, std::size_t first_of_batch,
                std::size_t n_of_batch);
  const float* plane_values(const Part& part, std::size_t plane, std::size_t first, std::size_t count);

  const CoefficientImage* image_;
  std::vector<GatheredPlanes> gathered_;  ///< [part] of voxels that the image does not keep
  std::vector<std::byte> stored_;
  std::vector<float> values_, planes_;
};

}  // namespace crbrt::volume
