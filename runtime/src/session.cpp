// SPDX-License-Identifier: Apache-2.0
// Binds a program to an arena and runs it: tiles of voxels outermost, so that a tile's activations stay in the first cache
// while it passes through all layers. The arena holds nothing between calls but what the next tile overwrites.
#include "crbrt/session.h"

#include <cfloat>

#include "runtime/src/kernel_table.h"
#include "runtime/src/program_check.h"
#include "runtime/src/run_ops.h"
#include "runtime/src/view_check.h"

namespace crbrt {

namespace {

bool wants_standard_deviations(const Results& results) noexcept { return results.standard_deviations.rows != 0; }
bool wants_atypicality(const Results& results) noexcept { return results.atypicality.size != 0; }
bool wants_status(const Results& results) noexcept { return results.status.size != 0; }

bool fits(const Coefficients& in, std::size_t n_coeff) {
  if (in.n_coeff != n_coeff) return false;
  if (in.n_voxel == 0) return true;
  return in.real != nullptr && in.imag != nullptr && is_distinct(in.n_voxel, in.voxel_stride, n_coeff, in.coefficient_stride);
}

bool can_give_standard_deviations(const Program& program, std::size_t n_voxel, const Results& out) {
  if (program.uncertainty == nullptr || !fits(out.standard_deviations, n_voxel, program.n_output)) return false;
  return out.sigma > 0 && out.sigma <= FLT_MAX;  // neither for NaN
}

/// False where run() and preprocess() must say bad_shape.
bool shapes_agree(const Program& program, const Coefficients& in, const Results& out) noexcept {
  const std::size_t n_voxel = in.n_voxel;
  if (!fits(in, program.n_coeff) || !fits(out.estimates, n_voxel, program.n_output)) return false;
  if (wants_status(out) && !fits(out.status, n_voxel)) return false;
  if (wants_standard_deviations(out) && !can_give_standard_deviations(program, n_voxel, out)) return false;
  return !wants_atypicality(out) || (program.atypicality != nullptr && fits(out.atypicality, n_voxel));
}

bool shapes_agree(const Program& program, const Coefficients& in, const View2<float>& features) noexcept {
  return fits(in, program.n_coeff) && fits(features, in.n_voxel, 2 * std::size_t{program.n_coeff});
}

/// Voxels of the tile that starts at `first`: all of it but for the last.
std::size_t voxels_of_tile(std::size_t first, std::size_t n_voxel) noexcept {
  return n_voxel - first < layout::tile_voxels ? n_voxel - first : layout::tile_voxels;
}

/// Rows first .. first + n - 1.
View2<float> rows_of(const View2<float>& view, std::size_t first, std::size_t n) noexcept {
  return {view.data + first * view.row_stride, n, view.columns, view.row_stride, view.column_stride};
}

void write_status(const PreprocessFlags& flags, layout::VoxelBits outside, VoxelStatus* status, std::size_t n_voxel,
                  std::size_t stride) noexcept {
  const layout::VoxelBits any = flags.non_finite | flags.zero_signal | outside;
  for (std::size_t v = 0; v < n_voxel; ++v) status[v * stride] = VoxelStatus::ok;
  if (any == 0) return;  // nearly always
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const layout::VoxelBits bit = layout::voxel_bit(v);
    if ((any & bit) == 0) continue;
    status[v * stride] = (flags.non_finite & bit) != 0    ? VoxelStatus::non_finite
                         : (flags.zero_signal & bit) != 0 ? VoxelStatus::zero_signal
                                                          : VoxelStatus::outside_range;
  }
}

/// What one call of run() works on.
struct Run {
  const Program& program;
  const KernelTable &tile_kernels, &one_voxel_kernels;
  float* arena;
  const Results& results;
  RunOps compiled;  ///< null: interpret

  void run_ops(const KernelTable& kernels, std::size_t n_voxel) const noexcept {
    const bool outputs_only = !wants_standard_deviations(results) && !wants_atypicality(results);
    if (compiled != nullptr) return compiled(program, arena, n_voxel, outputs_only);
    interpret_ops(program, kernels, arena, n_voxel, outputs_only);
  }

  /// From one feature of a tile of n_voxel to the next (layout.h).
  static std::size_t row_stride(std::size_t n_voxel) noexcept { return n_voxel == 1 ? 1 : layout::tile_voxels; }

  void write_atypicality(const float* score, layout::VoxelBits blank, std::size_t first, std::size_t n_voxel) const noexcept {
    const View1<float>& out = results.atypicality;
    for (std::size_t v = 0; v < n_voxel; ++v) out.data[(first + v) * out.stride] = (blank >> v & 1) != 0 ? 0 : score[v];
  }

  /// `in` is one tile of voxels, whose first is `first` of the batch.
  void tile(const Coefficients& in, std::size_t first) const noexcept {
    const std::size_t n_voxel = in.n_voxel, n_output = program.n_output, stride = row_stride(n_voxel);
    const KernelTable& kernels = n_voxel == 1 ? one_voxel_kernels : tile_kernels;
    NormTile norm;
    const PreprocessFlags flags = kernels.preprocess(
        {in, program.preprocessing, slot_tile(program, arena, 0), wants_standard_deviations(results) ? &norm : nullptr});
    run_ops(kernels, n_voxel);
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    float* const features = slot_tile(program, arena, program.ops[program.n_op - 1].out_slot);
    const layout::VoxelBits outside =
        kernels.estimate({features, program.outputs, blank, rows_of(results.estimates, first, n_voxel)});
    if (wants_standard_deviations(results))
      kernels.uncertainty({features + n_output * stride, program.outputs, *program.uncertainty, results.sigma, &norm, blank,
                           rows_of(results.standard_deviations, first, n_voxel)});
    if (wants_atypicality(results)) write_atypicality(features + (n_feature(program) - 1) * stride, blank, first, n_voxel);
    const View1<VoxelStatus>& status = results.status;
    if (wants_status(results)) write_status(flags, outside, status.data + first * status.stride, n_voxel, status.stride);
  }
};

}  // namespace

std::size_t Session::arena_bytes(const Program& program) noexcept {
  return is_consistent(program) ? crbrt::arena_bytes(program) : 0;
}

Status Session::bind(const Program& program, void* arena, std::size_t arena_size, Isa isa) noexcept {
  bound_ = {};
  const Isa chosen = isa == Isa::automatic ? best_isa() : isa;
  const std::size_t needed = arena_bytes(program);
  if (needed == 0) return Status::bad_program;
  if (!is_runnable(chosen)) return Status::isa_unavailable;
  if (arena == nullptr || arena_size < needed) return Status::arena_too_small;
  if (reinterpret_cast<std::uintptr_t>(arena) % layout::arena_alignment != 0) return Status::arena_misaligned;
  bound_ = {&program, kernel_table(chosen), static_cast<std::byte*>(arena), chosen};
  return Status::ok;
}

Status Session::run(const Coefficients& coefficients, const Results& results) noexcept {
  if (bound_.program == nullptr) return Status::not_bound;
  if (!shapes_agree(*bound_.program, coefficients, results)) return Status::bad_shape;
  const Run run{*bound_.program,
                *bound_.kernels,
                *one_voxel_kernel_table(bound_.isa),
                reinterpret_cast<float*>(bound_.arena),
                results,
                compiled_ops(*bound_.program, bound_.isa)};
  for (std::size_t first = 0; first < coefficients.n_voxel; first += layout::tile_voxels) {
    run.tile(coefficients.part(first, voxels_of_tile(first, coefficients.n_voxel)), first);
  }
  return Status::ok;
}

Status Session::preprocess(const Coefficients& coefficients, const View2<float>& features) noexcept {
  if (bound_.program == nullptr) return Status::not_bound;
  if (!shapes_agree(*bound_.program, coefficients, features)) return Status::bad_shape;
  float* const tile = reinterpret_cast<float*>(bound_.arena);  // slot 0 holds at least 2 * n_coeff rows (program_check.cpp)
  for (std::size_t first = 0; first < coefficients.n_voxel; first += layout::tile_voxels) {
    const std::size_t n_voxel = voxels_of_tile(first, coefficients.n_voxel);
    const PreprocessFlags flags =
        bound_.kernels->preprocess({coefficients.part(first, n_voxel), bound_.program->preprocessing, tile, nullptr});
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    const View2<float> rows = rows_of(features, first, n_voxel);
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t f = 0; f < rows.columns; ++f)
        rows.data[v * rows.row_stride + f * rows.column_stride] =
            (blank & layout::voxel_bit(v)) != 0 ? 0.0f : tile[f * layout::tile_voxels + v];
  }
  return Status::ok;
}

}  // namespace crbrt
