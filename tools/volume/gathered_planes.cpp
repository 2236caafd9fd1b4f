// SPDX-License-Identifier: Apache-2.0
// Elements arrive in the order of the file: blocks of voxels, planes in a block, voxels in a plane.
#include "tools/volume/gathered_planes.h"

#include <algorithm>

#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {
namespace {

/// Reads the next elements of an image, decoded.
class Stream {
 public:
  explicit Stream(const StoredImage& image)
      : image_(image),
        width_(bytes_of(image.encoding.element)),
        stored_(piece * width_),
        values_(piece * (is_complex(image.encoding.element) ? 2 : 1)) {}

  static constexpr std::size_t piece = 32768;

  const float* next(std::size_t count) {
    image_.bytes->read(offset_, stored_.data(), count * width_);
    offset_ += count * width_;
    decode(image_.encoding, stored_.data(), count, values_.data());
    return values_.data();
  }

 private:
  const StoredImage& image_;
  std::size_t width_;
  std::uint64_t offset_ = image_.offset;
  std::vector<std::byte> stored_;
  std::vector<float> values_;
};

/// Those of the ascending voxels below `end`.
std::span<const std::size_t> below(std::span<const std::size_t> voxels, std::size_t end) {
  return voxels.first(static_cast<std::size_t>(std::lower_bound(voxels.begin(), voxels.end(), end) - voxels.begin()));
}

}  // namespace

GatheredPlanes gather(const StoredImage& image, const CoefficientPlanes& planes, std::span<const std::size_t> voxels) {
  const std::size_t step = is_complex(image.encoding.element) ? 2 : 1, n = voxels.size();
  GatheredPlanes gathered{{voxels.begin(), voxels.end()}, {}};
  gathered.values.resize(planes.n_plane * n * step);
  Stream stream(image);
  std::size_t done = 0;  // voxels of the blocks before
  for (std::size_t start = 0; start < n_voxel(planes.shape); start += planes.block) {
    const std::span<const std::size_t> in_block = below(voxels.subspan(done), start + planes.block);
    for (std::size_t plane = 0; plane < planes.n_plane; ++plane) {
      std::span<const std::size_t> left = in_block;
      float* to = gathered.values.data() + step * (plane * n + done);
      for (std::size_t first = start; first < start + planes.block; first += Stream::piece) {
        const std::size_t count = std::min(Stream::piece, start + planes.block - first);
        const float* const values = stream.next(count);
        std::span<const std::size_t> here = below(left, first + count);
        left = left.subspan(here.size());
        while (!here.empty()) {
          const std::size_t together = contiguous(here);
          to = std::copy_n(values + step * (here[0] - first), step * together, to);
          here = here.subspan(together);
        }
      }
    }
    done += in_block.size();
  }
  image.bytes->expect_intact_end();
  return gathered;
}

}  // namespace crbrt::volume
