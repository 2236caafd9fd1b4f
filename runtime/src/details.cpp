// The checks of Details, and the rows they are written to.
#include "runtime/src/details.h"

#include <cfloat>

namespace crbrt {

namespace {

bool can_give_std(const Program& program, std::size_t n_voxel, const Details& details) {
  const View2<float>& std = details.std;
  if (program.uncertainty == nullptr || std.data == nullptr) return false;
  if (std.rows != n_voxel || std.columns != program.n_output || std.stride < std.columns) return false;
  return details.sigma > 0 && details.sigma <= FLT_MAX;  // neither for NaN
}

bool can_give_atypicality(const Program& program, std::size_t n_voxel, const Details& details) {
  return program.atypicality != nullptr && details.atypicality.data != nullptr && details.atypicality.size == n_voxel;
}

}  // namespace

bool can_give(const Program& program, std::size_t n_voxel, const Details& details) noexcept {
  return (!wants_std(details) || can_give_std(program, n_voxel, details)) &&
         (!wants_atypicality(details) || can_give_atypicality(program, n_voxel, details));
}

void write_details(const Program& program, const KernelTable& kernels, const FinishedTile& tile,
                   const Details& details) noexcept {
  const std::size_t n_output = program.n_output;
  if (wants_std(details))
    kernels.uncertainty({tile.features + n_output * layout::tile_voxels, program.outputs, n_output, *program.uncertainty,
                         details.sigma, tile.norm, tile.blank, details.std.data + tile.first * details.std.stride, tile.n_voxel,
                         details.std.stride});
  if (!wants_atypicality(details)) return;
  const float* const score = tile.features + (n_feature(program) - 1) * layout::tile_voxels;
  for (std::size_t v = 0; v < tile.n_voxel; ++v)
    details.atypicality.data[tile.first + v] = (tile.blank >> v & 1) != 0 ? 0 : score[v];
}

}  // namespace crbrt
