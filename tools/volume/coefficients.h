/// Coefficient images: every voxel holds n_coeff complex numbers. They are read in batches of voxels, so that a whole brain
/// needs no more memory than one batch where the file allows it (NIfTI, .cfl).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crbrt/view.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

/// Which dimension holds the coefficients, the format says (ImageFormat::coefficients; docs/mapping.md lists them).
class CoefficientImage {
 public:
  /// Throws InputError.
  static CoefficientImage open(const std::string& spec);

  const FileSpec& spec() const noexcept { return image_.spec; }
  const Grid& grid() const noexcept { return grid_; }
  std::size_t n_coeff() const noexcept { return n_coeff_; }

  /// Throws DisagreementError naming `who` (e.g. "model v3p2_lean") unless a voxel has n_coeff coefficients.
  void expect_n_coeff(std::size_t n_coeff, const std::string& who) const;

 private:
  friend class BatchReader;
  CoefficientImage(StoredImage image, Shape shape, std::size_t n_plane);

  StoredImage image_;
  Grid grid_;
  std::size_t n_plane_;  ///< images of one number per voxel: n_coeff, or 2 * n_coeff where real
  std::size_t n_coeff_;
};

/// Gathers the coefficients of listed voxels. One reader per thread; the image may be shared.
class BatchReader {
 public:
  explicit BatchReader(const CoefficientImage& image) : image_(&image) {}

  /// Planes of the listed voxels, in memory of the reader that lasts until the next call: interleaved planes of a complex
  /// image, planes of a real one. voxels: indices into the grid, x fastest, ascending. Throws InputError when the file ends
  /// early.
  Coefficients read_planes(std::span<const std::size_t> voxels);

  /// The same, transposed to rows.
  /// interleaved   [voxels.size(), 2 * n_coeff]: re, im, re, im, ... of one voxel after the other
  /// Throws InputError when the file ends early.
  void read(std::span<const std::size_t> voxels, float* interleaved);

 private:
  void read_run(std::span<const std::size_t> voxels, std::size_t first_of_batch, std::size_t n_of_batch);
  const float* plane_values(std::size_t plane, std::size_t first, std::size_t count);

  const CoefficientImage* image_;
  std::vector<std::byte> stored_;
  std::vector<float> values_, planes_;
};

}  // namespace crbrt::volume
