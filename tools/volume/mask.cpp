// SPDX-License-Identifier: Apache-2.0
// Two looks at most: the first finds what the mask marks and its maximum, the second is for masks that hold more than counts.
#include "tools/volume/mask.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/number_text.h"
#include "tools/volume/image_pieces.h"

namespace crbrt::volume {
namespace {

/// A list that grows at its end.
class GrowingList {
 public:
  void add(std::size_t first, std::size_t count) {
    if (runs_.empty() || runs_.back().first + runs_.back().count != first) runs_.push_back({first, 0});
    runs_.back().count += count;
  }
  VoxelList list() && { return VoxelList(std::move(runs_)); }

 private:
  std::vector<VoxelRun> runs_;
};

struct Marked {
  VoxelList voxels;  ///< that are neither 0 nor NaN
  float smallest = 0, largest = 0;
  bool is_counted = true;  ///< whole numbers from 0 on
};

/// How far scaling and resampling leave a whole number from itself: half a step of the numbers that are stored, of which there
/// must be many between two whole ones, and what single precision rounds.
float whole_tolerance(const Encoding& encoding) {
  constexpr double rounding = 1e-5, largest = 0.01;
  return static_cast<float>(std::clamp(encoding.slope == 1 ? 0 : 0.51 * std::abs(encoding.slope), rounding, largest));
}

/// The whole number that a value stands for, or the value itself where it stands for none.
float nearest_whole(float value, float tolerance) {
  const float whole = std::nearbyint(value);
  return std::abs(value - whole) <= tolerance ? whole : value;
}

/// Whether all numbers of a piece of the image are `value`.
bool are_all(std::span<const float, 32> values, float value) {
  unsigned n_other = 0;
  for (const float v : values) n_other += v != value ? 1u : 0u;
  return n_other == 0;
}

/// Masks are mostly zeros and one other number, which pieces of 32 tell at once.
Marked marked_voxels(const StoredImage& image) {
  Marked marked;
  GrowingList voxels;
  float known = 0;  // a number of the mask that was looked at
  const float tolerance = whole_tolerance(image.encoding);
  for_each_piece(image, [&](std::size_t first, std::span<const float> values) {
    for (std::size_t i = 0; i < values.size();) {
      if (values.size() - i >= 32) {
        const std::span<const float, 32> piece = values.subspan(i).first<32>();
        const bool is_known = are_all(piece, known);
        if (is_known && known != 0) voxels.add(first + i, 32);
        if (is_known || are_all(piece, 0)) {
          i += 32;
          continue;
        }
      }
      const std::size_t end = std::min(i + 32, values.size());
      for (; i < end; ++i) {
        const float value = nearest_whole(values[i], tolerance);
        if (value == 0 || std::isnan(value)) continue;
        voxels.add(first + i, 1);
        if (values[i] == known) continue;
        known = values[i];
        marked.smallest = std::min(marked.smallest, value);
        marked.largest = std::max(marked.largest, value);
        marked.is_counted = marked.is_counted && value > 0 && value == std::nearbyint(value);
      }
    }
  });
  marked.voxels = std::move(voxels).list();
  return marked;
}

/// Of a mask that holds more than counts. The first look found its maximum, so that this is the second.
VoxelList upper_half(const StoredImage& image, const Marked& marked, base::Warnings& warnings) {
  const float half = marked.largest / 2;
  GrowingList upper;
  for_each_piece(image, [&](std::size_t first, std::span<const float> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != 0 && values[i] >= half) upper.add(first + i, 1);
  });
  VoxelList voxels = std::move(upper).list();
  if (voxels.size() == marked.voxels.size()) return voxels;  // nothing to say
  warnings.add(image.spec.shown + ": a mask with " + (marked.smallest < 0 ? "negative numbers" : "fractions") + " (" +
               base::number_text(static_cast<double>(marked.smallest), "%.4g") + " to " +
               base::number_text(static_cast<double>(marked.largest), "%.4g") + "): the " +
               std::to_string(marked.voxels.size() - voxels.size()) +
               " voxels that are not 0 but below half of its maximum are outside");
  return voxels;
}

}  // namespace

VoxelList mask_of(const StoredImage& image, const Grid& grid, GridCheck check, base::Warnings& warnings) {
  const std::string& spec = image.spec.shown;
  const StorageOrder order =
      expect_order_in(grid, {spatial_shape(image.spec, image.extents), image.geometry}, check, spec, "a mask");
  for (const std::string& note : image.notes) warnings.add(note);
  Marked marked = marked_voxels(image);
  VoxelList voxels = marked.is_counted ? std::move(marked.voxels) : upper_half(image, marked, warnings);
  if (voxels.size() == 0) throw base::InputError(spec, "at least one voxel in the mask", "none");
  if (order.is_same) return voxels;
  std::vector<std::size_t> indices = voxels.indices();
  for (std::size_t& voxel : indices) voxel = order(voxel);
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace crbrt::volume
