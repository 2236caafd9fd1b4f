// Files keep one image per coefficient, and so do batches: a mask's voxels are copied out of the planes of the file in pieces
// that lie together, and nothing is transposed.
#include "tools/volume/coefficients.h"

#include <algorithm>

#include "base/error.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {
namespace {

// Voxels closer than this are fetched with one read: 4 KiB of numbers in between cost less than another call.
constexpr std::size_t longest_gap = 512;
// The values of one read fit the second-level cache.
constexpr std::size_t longest_run = 16384;

std::size_t run_length(std::span<const std::size_t> voxels) {
  std::size_t n = 1;
  while (n < voxels.size() && voxels[n] - voxels[n - 1] <= longest_gap && voxels[n] - voxels[0] < longest_run) ++n;
  return n;
}

}  // namespace

CoefficientImage CoefficientImage::open(const std::string& spec) {
  StoredImage image = open_image(FileSpec::parse(spec));
  const CoefficientPlanes planes = image.spec.format->coefficients(image);
  if (!is_complex(image.encoding.element) && planes.n_plane % 2 != 0) {
    throw base::InputError(image.spec.shown, "complex numbers, or as many imaginary as real images",
                           std::to_string(planes.n_plane) + " real images (" + text(image.extents) + ")");
  }
  return CoefficientImage(std::move(image), planes.shape, planes.n_plane);
}

CoefficientImage::CoefficientImage(StoredImage image, Shape shape, std::size_t n_plane)
    : image_(std::move(image)),
      grid_{shape, image_.geometry},
      n_plane_(n_plane),
      n_coeff_(is_complex(image_.encoding.element) ? n_plane : n_plane / 2) {}

void CoefficientImage::expect_n_coeff(std::size_t n_coeff, const std::string& who) const {
  if (n_coeff == n_coeff_) return;
  throw base::DisagreementError(spec().shown, std::to_string(n_coeff) + " coefficients per voxel (" + who + ")",
                                std::to_string(n_coeff_) + " (" + text(image_.extents) + ")");
}

Coefficients BatchReader::read_planes(std::span<const std::size_t> voxels) {
  const std::size_t n = voxels.size(), n_coeff = image_->n_coeff_;
  planes_.resize(std::max(planes_.size(), 2 * n_coeff * n));
  for (std::size_t first = 0; first < n;) {
    const std::size_t count = run_length(voxels.subspan(first));
    read_run(voxels.subspan(first, count), first, n);
    first += count;
  }
  return is_complex(image_->image_.encoding.element) ? Coefficients::interleaved_planes(planes_.data(), n, n_coeff)
                                                     : Coefficients::planes(planes_.data(), n, n_coeff);
}

void BatchReader::read(std::span<const std::size_t> voxels, float* interleaved) {
  constexpr std::size_t piece = 1024;  // whose planes stay in the cache
  const std::size_t n_coeff = image_->n_coeff_;
  for (std::size_t first = 0; first < voxels.size(); first += piece) {
    const Coefficients c = read_planes(voxels.subspan(first, std::min(piece, voxels.size() - first)));
    for (std::size_t v = 0; v < c.n_voxel; ++v)
      for (std::size_t k = 0; k < n_coeff; ++k) {
        const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
        *interleaved++ = c.real[at];
        *interleaved++ = c.imag[at];
      }
  }
}

void BatchReader::read_run(std::span<const std::size_t> voxels, std::size_t first_of_batch, std::size_t n_of_batch) {
  const std::size_t first = voxels.front(), count = voxels.back() - first + 1;
  const std::size_t step = is_complex(image_->image_.encoding.element) ? 2 : 1;  // numbers of a voxel in a plane
  for (std::size_t plane = 0; plane < image_->n_plane_; ++plane) {
    const float* const values = plane_values(plane, first, count);
    float* to = planes_.data() + step * (plane * n_of_batch + first_of_batch);
    for (std::size_t i = 0; i < voxels.size();) {
      const std::size_t n = contiguous(voxels.subspan(i));
      to = std::copy_n(values + step * (voxels[i] - first), step * n, to);
      i += n;
    }
  }
}

const float* BatchReader::plane_values(std::size_t plane, std::size_t first, std::size_t count) {
  const StoredImage& image = image_->image_;
  const std::size_t width = bytes_of(image.encoding.element);
  const std::uint64_t offset = image.offset + (plane * n_voxel(image_->grid_.shape) + first) * width;
  values_.resize(std::max(values_.size(), 2 * count));
  if (image.encoding.is_plain()) {
    image.bytes->read(offset, values_.data(), count * width);
  } else {
    stored_.resize(std::max(stored_.size(), count * width));
    image.bytes->read(offset, stored_.data(), count * width);
    decode(image.encoding, stored_.data(), count, values_.data());
  }
  return values_.data();
}

}  // namespace crbrt::volume
