// Binds a program to an arena and runs it: tiles of voxels outermost, so that a tile's activations stay in the first cache
// while it passes through all layers. The arena holds nothing between calls but what the next tile overwrites.
#include "crbrt/session.h"

#include "runtime/src/details.h"
#include "runtime/src/kernel_table.h"
#include "runtime/src/program_check.h"
#include "runtime/src/run_ops.h"

namespace crbrt {

namespace {

/// How real and imaginary parts lie in a row (CoefficientTile).
struct RowLayout {
  std::size_t step;
  std::size_t imag_offset;
};

void write_status(const PreprocessFlags& flags, layout::VoxelBits outside, VoxelStatus* status, std::size_t n_voxel) noexcept {
  const layout::VoxelBits any = flags.non_finite | flags.zero_signal | outside;
  for (std::size_t v = 0; v < n_voxel; ++v) status[v] = VoxelStatus::ok;
  if (any == 0) return;  // nearly always
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const layout::VoxelBits bit = layout::voxel_bit(v);
    if ((any & bit) == 0) continue;
    status[v] = (flags.non_finite & bit) != 0    ? VoxelStatus::non_finite
                : (flags.zero_signal & bit) != 0 ? VoxelStatus::zero_signal
                                                 : VoxelStatus::outside_range;
  }
}

/// What one call of run() works on.
struct Run {
  const Program& program;
  const KernelTable& kernels;
  float* arena;
  const Details& details;
  RunOps compiled;  ///< null: interpret

  void run_ops(std::size_t n_voxel) const noexcept {
    const bool outputs_only = !wants_any(details);
    if (compiled != nullptr) return compiled(program, arena, n_voxel, outputs_only);
    interpret_ops(program, kernels, arena, n_voxel, outputs_only);
  }

  /// The tile whose first voxel is `first` of the batch. status may be null.
  void tile(const CoefficientTile& in, std::size_t first, const View2<float>& out, VoxelStatus* status) const noexcept {
    NormTile norm;
    const PreprocessFlags flags = kernels.preprocess(
        {in, program.n_coeff, program.preprocessing, slot_tile(program, arena, 0), wants_std(details) ? &norm : nullptr});
    run_ops(in.n_voxel);
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    float* const features = slot_tile(program, arena, program.ops[program.n_op - 1].out_slot);
    const layout::VoxelBits outside = kernels.estimate(
        {features, program.outputs, program.n_output, blank, out.data + first * out.stride, in.n_voxel, out.stride});
    write_details(program, kernels, {features, &norm, blank, first, in.n_voxel}, details);
    if (status != nullptr) write_status(flags, outside, status + first, in.n_voxel);
  }
};

bool shapes_agree(const Program& p, const View2<const float>& in, const View2<float>& out, const View1<VoxelStatus>& status,
                  const Details& details) {
  if (in.rows != out.rows || in.columns != 2 * std::size_t{p.n_coeff} || out.columns != p.n_output) return false;
  if (in.stride < in.columns || out.stride < out.columns) return false;
  if (in.rows > 0 && (in.data == nullptr || out.data == nullptr)) return false;
  if (status.size != 0 && (status.data == nullptr || status.size != in.rows)) return false;
  return can_give(p, in.rows, details);
}

Status run_rows(const Run& run, const RowLayout& row, const View2<const float>& in, const View2<float>& out,
                const View1<VoxelStatus>& status) noexcept {
  if (!shapes_agree(run.program, in, out, status, run.details)) return Status::bad_shape;
  for (std::size_t first = 0; first < in.rows; first += layout::tile_voxels) {
    const std::size_t left = in.rows - first;
    const std::size_t n_voxel = left < layout::tile_voxels ? left : layout::tile_voxels;
    run.tile({in.data + first * in.stride, n_voxel, in.stride, row.step, row.imag_offset}, first, out,
             status.size > 0 ? status.data : nullptr);
  }
  return Status::ok;
}

}  // namespace

std::size_t Session::arena_bytes(const Program& program) noexcept {
  return is_consistent(program) ? crbrt::arena_bytes(program) : 0;
}

Status Session::bind(const Program& program, void* arena, std::size_t arena_size, Isa isa) noexcept {
  *this = Session();
  const Isa chosen = isa == Isa::automatic ? best_isa() : isa;
  const std::size_t needed = arena_bytes(program);
  if (needed == 0) return Status::bad_program;
  if (!is_runnable(chosen)) return Status::isa_unavailable;
  if (arena == nullptr || arena_size < needed) return Status::arena_too_small;
  if (reinterpret_cast<std::uintptr_t>(arena) % layout::arena_alignment != 0) return Status::arena_misaligned;
  program_ = &program;
  kernels_ = kernel_table(chosen);
  arena_ = static_cast<std::byte*>(arena);
  isa_ = chosen;
  return Status::ok;
}

Status Session::run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status) const noexcept {
  return run(coefficients, estimates, status, Details{});
}

Status Session::run_interleaved(View2<const float> coefficients, View2<float> estimates,
                                View1<VoxelStatus> status) const noexcept {
  return run_interleaved(coefficients, estimates, status, Details{});
}

Status Session::run(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status,
                    const Details& details) const noexcept {
  if (program_ == nullptr) return Status::not_bound;
  const Run run{*program_, *kernels_, reinterpret_cast<float*>(arena_), details, compiled_ops(*program_, isa_)};
  return run_rows(run, {1, program_->n_coeff}, coefficients, estimates, status);
}

Status Session::run_interleaved(View2<const float> coefficients, View2<float> estimates, View1<VoxelStatus> status,
                                const Details& details) const noexcept {
  if (program_ == nullptr) return Status::not_bound;
  const Run run{*program_, *kernels_, reinterpret_cast<float*>(arena_), details, compiled_ops(*program_, isa_)};
  return run_rows(run, {2, 1}, coefficients, estimates, status);
}

Status Session::preprocess(View2<const float> coefficients, View2<float> features) const noexcept {
  if (program_ == nullptr) return Status::not_bound;
  const View2<const float>& in = coefficients;
  const std::size_t n_feature = 2 * std::size_t{program_->n_coeff};
  if (in.rows != features.rows || in.columns != n_feature || features.columns != n_feature) return Status::bad_shape;
  if (in.stride < n_feature || features.stride < n_feature) return Status::bad_shape;
  if (in.rows > 0 && (in.data == nullptr || features.data == nullptr)) return Status::bad_shape;
  float* const tile = reinterpret_cast<float*>(arena_);  // slot 0 holds at least n_feature rows (program_check.cpp)
  for (std::size_t first = 0; first < in.rows; first += layout::tile_voxels) {
    const std::size_t left = in.rows - first, n_voxel = left < layout::tile_voxels ? left : layout::tile_voxels;
    const PreprocessFlags flags = kernels_->preprocess({{in.data + first * in.stride, n_voxel, in.stride, 1, program_->n_coeff},
                                                        program_->n_coeff,
                                                        program_->preprocessing,
                                                        tile,
                                                        nullptr});
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    for (std::size_t v = 0; v < n_voxel; ++v)
      for (std::size_t f = 0; f < n_feature; ++f)
        features.data[(first + v) * features.stride + f] =
            (blank & layout::voxel_bit(v)) != 0 ? 0.0f : tile[f * layout::tile_voxels + v];
  }
  return Status::ok;
}

}  // namespace crbrt
