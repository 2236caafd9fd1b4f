// SPDX-License-Identifier: Apache-2.0
/// Runs a program with the normative kernels, tile by tile: what Session::run must equal bit for bit.
#pragma once

#include <algorithm>
#include <vector>

#include "crbrt/status.h"
#include "runtime/src/kernels/reference.h"

namespace crbrt::tests {

struct ReferenceResult {
  std::vector<float> estimates;
  std::vector<VoxelStatus> status;
  std::vector<float> std = {}, atypicality = {};  ///< empty where the program has none
};

inline void apply_ref(MulAdd kind, const Op& op, std::vector<std::vector<float>>& slots) {
  const float* const add = op.add_slot >= 0 ? slots[static_cast<std::size_t>(op.add_slot)].data() : nullptr;
  crbrt::apply_ref(kind, {op, slots[op.in_slot].data(), slots[op.out_slot].data(), add, op.n_in, op.n_out, op.n_group, op.out,
                          op.relu != 0, layout::tile_voxels, op.n_out});
}

/// The rows of one tile of standard deviations and scores.
inline void finish_ref(const Program& p, float* features, const NormTile& norm, float sigma, layout::VoxelBits blank,
                       std::size_t first, std::size_t n, ReferenceResult& result) {
  const std::size_t n_output = p.n_output;
  if (p.uncertainty != nullptr)
    uncertainty_ref({features + n_output * layout::tile_voxels,
                     p.outputs,
                     *p.uncertainty,
                     sigma,
                     &norm,
                     blank,
                     {&result.std[first * n_output], n, n_output}});
  if (p.atypicality == nullptr) return;
  const float* score = features + (p.uncertainty != nullptr ? 4 : 1) * n_output * layout::tile_voxels;
  for (std::size_t v = 0; v < n; ++v) result.atypicality[first + v] = (blank >> v & 1) != 0 ? 0 : score[v];
}

/// Planar coefficients [n_voxel, 2 * n_coeff].
inline ReferenceResult run_reference(MulAdd kind, const Program& p, const std::vector<float>& coefficients, float sigma = 1) {
  const std::size_t columns = 2 * std::size_t{p.n_coeff}, n_voxel = coefficients.size() / columns;
  ReferenceResult result{std::vector<float>(n_voxel * p.n_output), std::vector<VoxelStatus>(n_voxel)};
  if (p.uncertainty != nullptr) result.std.resize(n_voxel * p.n_output);
  if (p.atypicality != nullptr) result.atypicality.resize(n_voxel);
  for (std::size_t first = 0; first < n_voxel; first += layout::tile_voxels) {
    const std::size_t n = std::min(layout::tile_voxels, n_voxel - first);
    std::vector<std::vector<float>> slots;
    for (std::size_t i = 0; i < p.n_slot; ++i) slots.emplace_back(p.slot_width[i] * layout::tile_voxels);
    NormTile norm;
    const PreprocessFlags flags = preprocess_ref(
        {Coefficients::rows(&coefficients[first * columns], n, p.n_coeff), p.preprocessing, slots[0].data(), &norm});
    for (std::size_t i = 0; i < p.n_op; ++i) apply_ref(kind, p.ops[i], slots);
    float* outputs = slots[p.ops[p.n_op - 1].out_slot].data();
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    const layout::VoxelBits outside =
        estimate_ref({outputs, p.outputs, blank, {&result.estimates[first * p.n_output], n, p.n_output}});
    finish_ref(p, outputs, norm, sigma, blank, first, n, result);
    for (std::size_t v = 0; v < n; ++v) {
      const auto has = [v](layout::VoxelBits bits) { return (bits >> v & 1) != 0; };
      result.status[first + v] = has(flags.non_finite)    ? VoxelStatus::non_finite
                                 : has(flags.zero_signal) ? VoxelStatus::zero_signal
                                 : has(outside)           ? VoxelStatus::outside_range
                                                          : VoxelStatus::ok;
    }
  }
  return result;
}

}  // namespace crbrt::tests
