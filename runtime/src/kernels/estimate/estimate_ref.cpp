// SPDX-License-Identifier: Apache-2.0
// estimate.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

layout::VoxelBits estimate_ref(const EstimateArgs& a) noexcept {
  layout::VoxelBits outside = 0;
  for (std::size_t v = 0; v < a.estimates.rows; ++v) {
    const layout::VoxelBits bit = layout::voxel_bit(v);
    for (std::size_t j = 0; j < a.estimates.columns; ++j) {
      const Output& output = a.outputs[j];
      const float y = output.scale * a.in[j * layout::tile_voxels + v] + output.offset;
      if (!(y >= output.minimum && y <= output.maximum)) outside |= bit;
      a.estimates.data[v * a.estimates.row_stride + j * a.estimates.column_stride] = (a.blank & bit) != 0 ? 0 : y;
    }
  }
  return outside;
}

}  // namespace crbrt
