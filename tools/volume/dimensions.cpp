// SPDX-License-Identifier: Apache-2.0
// What the dimensions of an image mean. Real and imaginary planes need no rule of their own: [.., R, 2] lies in memory as
// [.., 2 R] does.
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {

extern const ImageFormat hdf5_format;

namespace {

using Extents = std::vector<std::size_t>;

std::size_t product(const Extents& extents) {
  std::size_t n = 1;
  for (const std::size_t extent : extents) n *= extent;
  return n;
}

/// ISMRMRD's images are the HDF5 files of five dimensions: x, y, z, channel, image.
bool is_of_ismrmrd(const FileSpec& spec) { return spec.format == &hdf5_format; }

/// The ways to read the extents, the likeliest first.
class Readings {
 public:
  Readings(const StoredImage& image, std::size_t n_expected)
      : image_(image), n_expected_(n_expected), parts_(is_complex(image.encoding.element) ? 1 : 2) {}

  /// `spatial` before n_plane planes of each voxel; `block` voxels lie together (0: all).
  void add(const Extents& spatial, std::size_t n_plane, std::size_t block = 0) {
    if (without_ones(spatial).size() > 3) return;
    const Shape shape = spatial_shape(image_.spec, spatial);
    all_.push_back({shape, n_plane, block == 0 ? n_voxel(shape) : block});
  }

  /// The first one of the expected number of coefficients; where there is none, the first of all.
  CoefficientPlanes chosen() const {
    for (const CoefficientPlanes& planes : all_)
      if (planes.n_plane == parts_ * n_expected_) return planes;
    if (all_.empty()) throw base::InputError(image_.spec.shown, "at most three spatial dimensions", text(image_.extents));
    return all_.front();
  }

 private:
  const StoredImage& image_;
  std::size_t n_expected_, parts_;
  std::vector<CoefficientPlanes> all_;
};

}  // namespace

std::size_t StoredImage::n_element() const {
  // 2^48 elements are more than any file holds, and leave room for byte counts and offsets in 64 bits. Numbers of 32 bits
  // (WebAssembly) count 2^31 of them, whose bytes are then counted elsewhere.
  constexpr std::size_t most = std::size_t{1} << (std::numeric_limits<std::size_t>::digits > 32 ? 48 : 31);
  std::size_t n = 1;
  for (const std::size_t extent : extents) {
    if (extent == 0 || extent > most / n) throw base::InputError(spec.shown, "an image of reasonable size", text(extents));
    n *= extent;
  }
  return n;
}

Shape spatial_shape(const FileSpec& spec, std::vector<std::size_t> extents) {
  const std::string all = text(extents);
  for (std::size_t i = extents.size(); i-- > 0 && extents.size() > 3;) {
    if (extents[i] == 1) extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (extents.size() > 3) throw base::InputError(spec.shown, "at most three spatial dimensions", all);
  Shape shape{1, 1, 1};
  for (std::size_t i = 0; i < extents.size(); ++i) shape[i] = extents[i];
  return shape;
}

std::string text(const std::vector<std::size_t>& extents) {
  std::string all;
  for (const std::size_t extent : extents) {
    if (!all.empty()) all += 'x';
    all += std::to_string(extent);
  }
  return all;
}

CoefficientPlanes coefficients_last(StoredImage& image, std::size_t n_expected) {
  Extents extents = image.extents;
  while (extents.size() > 4 && extents.back() == 1) extents.pop_back();
  if (extents.empty()) throw base::InputError(image.spec.shown, "an image of coefficients", "a single number");
  Readings readings(image, n_expected);
  const std::size_t last = extents.back();
  const Extents before(extents.begin(), extents.end() - 1);
  const bool is_real = !is_complex(image.encoding.element);
  if (is_real && last == 2 && before.size() >= 2) readings.add(Extents(before.begin(), before.end() - 1), 2 * before.back());
  // Slices, or repetitions that are slices, behind the coefficients. Images of ISMRMRD mean nothing else by such extents.
  const Extents all = without_ones(extents);
  const std::size_t wanted = n_expected * (is_real ? 2 : 1);
  const bool may_be_slices = all.size() == 4 && extents.size() > 4 && wanted != 0 && all[2] == wanted;
  const bool are_slices = may_be_slices && is_of_ismrmrd(image.spec);
  if (!are_slices) readings.add(before, last);
  if (may_be_slices) readings.add({all[0], all[1], all[3]}, all[2], all[0] * all[1]);
  if (may_be_slices && last == wanted)
    image.notes.push_back(image.spec.shown + ": " + text(extents) +
                          " could have its coefficients in either of the last two dimensions; " +
                          (are_slices ? "the last one is taken for slices" : "the last one is taken"));
  return readings.chosen();
}

CoefficientPlanes coefficients_of_nifti(StoredImage& image, std::size_t n_expected) {
  const bool is_real = !is_complex(image.encoding.element);
  std::vector<std::size_t> beyond;
  for (std::size_t i = 3; i < image.extents.size(); ++i)
    if (image.extents[i] > 1) beyond.push_back(image.extents[i]);
  const bool has_parts = is_real && !beyond.empty() && beyond.back() == 2;
  // [x, y, R, 2] rather than a volume of one coefficient.
  const bool is_slice = has_parts && beyond.size() == 1 && image.extents[2] > 1 && n_expected != 1;
  if (image.extents.size() <= 3 || is_slice) return coefficients_last(image, n_expected);
  if (beyond.size() > (has_parts ? 2 : 1))
    throw base::InputError(image.spec.shown, "one dimension of coefficients beyond the third", text(image.extents));
  std::size_t n_plane = 1;
  for (const std::size_t extent : beyond) n_plane *= extent;
  const Shape shape{image.extents[0], image.extents[1], image.extents[2]};
  return {shape, n_plane, n_voxel(shape)};
}

CoefficientPlanes coefficients_of_hdf5(StoredImage& image, std::size_t n_expected) {
  const Element element = image.encoding.element;
  const bool may_be_pairs = (element == Element::float32 || element == Element::float64) && image.extents.size() >= 3 &&
                            image.extents.front() == 2 && image.extents.back() != 2;
  if (may_be_pairs && (n_expected == 0 ? image.extents.back() % 2 != 0 : image.extents.back() != 2 * n_expected)) {
    image.encoding.element = element == Element::float32 ? Element::complex64 : Element::complex128;
    image.extents.erase(image.extents.begin());
  }
  return coefficients_last(image, n_expected);
}

CoefficientPlanes coefficients_of_bart(const StoredImage& image) {
  constexpr std::size_t coefficient_dimension = 6, slice_dimension = 13;
  Extents extents = image.extents;
  extents.resize(std::max<std::size_t>(extents.size(), slice_dimension + 1), 1);
  std::size_t n_plane = extents[coefficient_dimension];
  if (const std::size_t last = image.extents.size() - 1;
      !is_complex(image.encoding.element) && last > coefficient_dimension && extents[last] == 2) {
    n_plane *= 2;  // real and imaginary parts
    extents[last] = 1;
  }
  const std::size_t n_slice = extents[slice_dimension];
  for (std::size_t i = 2; i < extents.size(); ++i) {
    const bool may_differ = i == 2 ? n_slice == 1 : i == coefficient_dimension || i == slice_dimension;
    if (may_differ || extents[i] == 1) continue;
    throw base::InputError(image.spec.shown,
                           "coefficients in dimension 6, slices in dimension 2 or 13, and 1 in dimensions 3 and beyond",
                           text(image.extents));
  }
  const Extents spatial{extents[0], extents[1], extents[2] * n_slice};
  return {{spatial[0], spatial[1], spatial[2]}, n_plane, n_slice == 1 ? product(spatial) : extents[0] * extents[1]};
}

void expect_pairs(const StoredImage& image, std::size_t n_plane) {
  if (is_complex(image.encoding.element) || n_plane % 2 == 0) return;
  throw base::InputError(image.spec.shown, "complex numbers, or as many imaginary as real images",
                         std::to_string(n_plane) + " real images (" + text(image.extents) + ")");
}

void expect_n_coeff(const StoredImage& image, std::size_t n_found, std::size_t n_coeff, const std::string& who) {
  if (n_coeff == n_found) return;
  const std::vector<std::size_t>& extents = image.extents;
  std::string found = std::to_string(n_found) + " (" + text(extents) + ")";
  const auto place = std::find(extents.begin(), extents.end(), n_coeff);
  if (place != extents.end()) {
    const bool is_first = place == extents.begin();
    found += "; its dimension " + std::to_string(place - extents.begin() + 1) + " has " + std::to_string(n_coeff) +
             (is_first ? ", as if its dimensions were reversed" : "");
  }
  throw base::DisagreementError(image.spec.shown, std::to_string(n_coeff) + " coefficients per voxel (" + who + ")", found);
}

}  // namespace crbrt::volume
