// What all formats share: the promise of the header is compared with the bytes that are there.
#include "tools/volume/stored_image.h"

#include "base/error.h"

namespace crbrt::volume {

std::size_t StoredImage::n_element() const {
  // 2^48 elements are more than any file holds, and leave room for byte counts and offsets in 64 bits.
  constexpr std::size_t most = std::size_t{1} << 48;
  std::size_t n = 1;
  for (const std::size_t extent : extents) {
    if (extent == 0 || extent > most / n) throw base::InputError(spec.shown, "an image of reasonable size", text(extents));
    n *= extent;
  }
  return n;
}

StoredImage open_image(const FileSpec& spec) {
  switch (spec.kind) {
    case FileKind::nifti: return open_nifti(spec);
    case FileKind::bart: return open_cfl(spec);
    case FileKind::hdf5: return open_hdf5(spec);
  }
  throw base::Error(base::exit_internal, "unknown kind of file");
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

}  // namespace crbrt::volume
