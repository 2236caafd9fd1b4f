// SPDX-License-Identifier: Apache-2.0
// Files keep one image per coefficient, and so do batches: a mask's voxels are copied out of the planes of the file in pieces
// that lie together, and nothing is transposed.
#include "tools/volume/coefficients.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "tools/volume/gathered_planes.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {
namespace {

// Voxels closer than this are fetched with one read: 4 KiB of numbers in between cost less than another call.
constexpr std::size_t longest_gap = 512;
// The values of one read fit the second-level cache.
constexpr std::size_t longest_run = 16384;

/// How many of the first voxels are read together: none beyond the end of the block that the first lies in.
std::size_t run_length(std::span<const std::size_t> voxels, std::size_t block) {
  const std::size_t end = (voxels[0] / block + 1) * block;
  std::size_t n = 1;
  while (n < voxels.size() && voxels[n] < end && voxels[n] - voxels[n - 1] <= longest_gap &&
         voxels[n] - voxels[0] < longest_run)
    ++n;
  return n;
}

void expect_real(const StoredImage& image) {
  if (!is_complex(image.encoding.element)) return;
  throw base::InputError(image.spec.shown, "real numbers, of which another file holds the imaginary parts",
                         "complex numbers (" + text(image.extents) + ")");
}

void expect_other_file(const FileSpec& real, const FileSpec& imaginary) {
  std::error_code unreadable;
  if (real.dataset == imaginary.dataset && std::filesystem::equivalent(real.path, imaginary.path, unreadable))
    throw base::InputError(imaginary.shown, "another image than that of the real parts", "the same");
}

/// Whether all voxels of the list are among the gathered ones. Only what lies between its ends is looked at.
bool holds(const GatheredPlanes& gathered, std::span<const std::size_t> voxels) {
  if (voxels.empty()) return true;
  const auto first = std::lower_bound(gathered.voxels.begin(), gathered.voxels.end(), voxels.front());
  return std::includes(first, std::upper_bound(first, gathered.voxels.end(), voxels.back()), voxels.begin(), voxels.end());
}

}  // namespace

CoefficientImage CoefficientImage::open(const std::string& spec, const std::string& imaginary, std::size_t n_expected,
                                        GridCheck check) {
  StoredImage image = open_image(FileSpec::parse(spec));
  if (imaginary.empty()) {
    const CoefficientPlanes planes = image.spec.format->coefficients(image, n_expected);
    expect_pairs(image, planes.n_plane);
    std::vector<Part> parts;
    parts.push_back({std::move(image), planes.n_plane});
    return CoefficientImage(std::move(parts), planes);
  }
  expect_real(image);
  StoredImage other = open_image(FileSpec::parse(imaginary));
  expect_real(other);
  if (without_ones(other.extents) != without_ones(image.extents))
    throw base::InputError(imaginary, "the extents of " + spec + ", " + text(image.extents), text(other.extents));
  expect_other_file(image.spec, other.spec);
  // A plane of a real part is to this image what a complex plane is to others.
  StoredImage shown_as_complex = image;
  shown_as_complex.encoding.element = Element::complex64;
  const CoefficientPlanes planes = image.spec.format->coefficients(shown_as_complex, n_expected);
  expect_same_grid({planes.shape, image.geometry}, {planes.shape, other.geometry}, check, imaginary, "imaginary parts");
  std::vector<Part> parts;
  parts.push_back({std::move(image), planes.n_plane});
  parts.push_back({std::move(other), planes.n_plane});
  return CoefficientImage(std::move(parts), planes);
}

CoefficientImage::CoefficientImage(std::vector<Part> parts, const CoefficientPlanes& planes)
    : parts_(std::move(parts)),
      grid_{planes.shape, parts_.front().image.geometry},
      block_(planes.block),
      n_coeff_(planes.n_plane),
      is_complex_(is_complex(parts_.front().image.encoding.element)) {
  if (!is_complex_ && parts_.size() == 1) n_coeff_ /= 2;
}

std::vector<FileSpec> CoefficientImage::files() const {
  std::vector<FileSpec> all;
  for (const Part& part : parts_) all.push_back(part.image.spec);
  return all;
}

std::vector<std::string> CoefficientImage::notes() const {
  std::vector<std::string> all;
  for (const Part& part : parts_) all.insert(all.end(), part.image.notes.begin(), part.image.notes.end());
  return all;
}

void CoefficientImage::expect_n_coeff(std::size_t n_coeff, const std::string& who) const {
  volume::expect_n_coeff(parts_.front().image, n_coeff_, n_coeff, who);
}

void CoefficientImage::keep(const VoxelList& voxels) {
  for (Part& part : parts_) {
    if (!part.image.bytes->is_sequential()) continue;
    part.kept =
        std::make_shared<const GatheredPlanes>(gather(part.image, {grid_.shape, part.n_plane, block_}, voxels.indices()));
  }
}

bool CoefficientImage::is_sequential() const noexcept {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.image.bytes->is_sequential(); });
}

bool is_usable(const Coefficients& c, std::size_t voxel) {
  bool is_finite = true, is_empty = true;
  for (std::size_t k = 0; k < c.n_coeff; ++k) {
    const std::size_t at = voxel * c.voxel_stride + k * c.coefficient_stride;
    is_finite = is_finite && std::isfinite(c.real[at]) && std::isfinite(c.imag[at]);
    is_empty = is_empty && c.real[at] == 0 && c.imag[at] == 0;
  }
  return is_finite && !is_empty;
}

Coefficients BatchReader::read_planes(std::span<const std::size_t> voxels) {
  const std::size_t n = voxels.size(), n_coeff = image_->n_coeff_;
  planes_.resize(std::max(planes_.size(), 2 * n_coeff * n));
  std::size_t plane0 = 0;
  for (std::size_t p = 0; p < image_->parts_.size(); ++p) {
    const Part& part = image_->parts_[p];
    part.image.bytes->is_sequential() ? read_gathered(p, plane0, voxels) : read_anywhere(part, plane0, voxels);
    plane0 += part.n_plane;
  }
  return image_->is_complex_ ? Coefficients::interleaved_planes(planes_.data(), n, n_coeff)
                             : Coefficients::planes(planes_.data(), n, n_coeff);
}

void BatchReader::read(std::span<const std::size_t> voxels, float* interleaved) {
  constexpr std::size_t piece = 1024;  // planes that stay in the cache
  const std::size_t n_coeff = image_->n_coeff_;
  gather_now(voxels);
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

void BatchReader::read_anywhere(const Part& part, std::size_t plane0, std::span<const std::size_t> voxels) {
  for (std::size_t first = 0; first < voxels.size();) {
    const std::size_t count = run_length(voxels.subspan(first), image_->block_);
    read_run(part, plane0, voxels.subspan(first, count), first, voxels.size());
    first += count;
  }
}

void BatchReader::gather_now(std::span<const std::size_t> voxels) {
  for (std::size_t p = 0; p < image_->parts_.size(); ++p)
    if (image_->parts_[p].image.bytes->is_sequential()) gathered_planes(p, voxels);
}

const GatheredPlanes& BatchReader::gathered_planes(std::size_t p, std::span<const std::size_t> voxels) {
  const Part& part = image_->parts_[p];
  if (part.kept && holds(*part.kept, voxels)) return *part.kept;
  if (!holds(gathered_[p], voxels))
    gathered_[p] = gather(part.image, {image_->grid_.shape, part.n_plane, image_->block_}, voxels);
  return gathered_[p];
}

void BatchReader::read_gathered(std::size_t p, std::size_t plane0, std::span<const std::size_t> voxels) {
  const Part& part = image_->parts_[p];
  const GatheredPlanes* const source = &gathered_planes(p, voxels);
  const std::size_t step = image_->is_complex_ ? 2 : 1, n_source = source->voxels.size(), n = voxels.size();
  auto at = source->voxels.begin();
  for (std::size_t first = 0; first < n;) {
    at = std::lower_bound(at, source->voxels.end(), voxels[first]);
    std::size_t count = 1;
    while (first + count < n && at + static_cast<std::ptrdiff_t>(count) != source->voxels.end() &&
           at[static_cast<std::ptrdiff_t>(count)] == voxels[first + count])
      ++count;
    const auto index = static_cast<std::size_t>(at - source->voxels.begin());
    for (std::size_t plane = 0; plane < part.n_plane; ++plane)
      std::copy_n(source->values.data() + step * (plane * n_source + index), step * count,
                  planes_.data() + step * ((plane0 + plane) * n + first));
    first += count;
  }
}

void BatchReader::read_run(const Part& part, std::size_t plane0, std::span<const std::size_t> voxels,
                           std::size_t first_of_batch, std::size_t n_of_batch) {
  const std::size_t first = voxels.front(), count = voxels.back() - first + 1;
  const std::size_t step = image_->is_complex_ ? 2 : 1;  // numbers of a voxel in a plane
  const std::vector<VoxelRun> runs = runs_of(voxels);
  for (std::size_t plane = 0; plane < part.n_plane; ++plane) {
    const float* const values = plane_values(part, plane, first, count);
    float* to = planes_.data() + step * ((plane0 + plane) * n_of_batch + first_of_batch);
    for (const VoxelRun& run : runs) to = std::copy_n(values + step * (run.first - first), step * run.count, to);
  }
}

const float* BatchReader::plane_values(const Part& part, std::size_t plane, std::size_t first, std::size_t count) {
  const StoredImage& image = part.image;
  const std::size_t width = bytes_of(image.encoding.element), block = image_->block_;
  const std::uint64_t offset = image.offset + (((first / block) * part.n_plane + plane) * block + first % block) * width;
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
