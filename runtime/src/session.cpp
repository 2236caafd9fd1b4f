// Binds a program to an arena and runs it: tiles of voxels outermost, so that a tile's activations stay in the first cache
// while it passes through all layers. The arena holds nothing between calls but what the next tile overwrites.
#include "crbrt/session.h"

#include "runtime/src/details.h"
#include "runtime/src/kernel_table.h"
#include "runtime/src/program_check.h"

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

RunOps compiled_ops(const Program& program, Isa isa) noexcept {
  const auto index = static_cast<std::size_t>(isa);
  return program.compiled != nullptr && index < sizeof(CompiledNetwork) / sizeof(RunOps) ? program.compiled->run[index]
                                                                                         : nullptr;
}

/// What one call of run() works on.
struct Run {
  const Program& program;
  const KernelTable& kernels;
  float* arena;
  const Details& details;
  RunOps compiled;  ///< null: interpret
  const bool outputs_only = !wants_any(details);
  const std::size_t first_last = first_last_op(program.n_op, program.ops[program.n_op - 1].kind);

  float* slot(std::uint32_t index) const noexcept { return arena + words_before(program, index) * layout::tile_voxels; }

  const float* added(const Op& op) const noexcept {
    return op.add_slot >= 0 ? slot(static_cast<std::uint32_t>(op.add_slot)) : nullptr;
  }

  /// Features after the outputs cost nothing where nobody asks for them: the outputs come first, and so do their weights.
  std::size_t n_out(std::size_t index) const noexcept {
    return outputs_only && index >= first_last ? program.n_output : program.ops[index].n_out;
  }

  void apply(std::size_t index, std::size_t n_voxel) const noexcept {
    const Op& op = program.ops[index];
    float* const in = slot(op.in_slot);
    float* const out = slot(op.out_slot);
    const bool relu = op.relu != 0;
    switch (op.kind) {
      case OpKind::dense: return kernels.dense({in, out, added(op), op.weights, op.bias, op.n_in, n_out(index), relu, n_voxel});
      case OpKind::group_norm:
        return kernels.group_norm({in, out, op.weights, op.bias, op.n_in, op.n_group, op.epsilon, relu, n_voxel});
      case OpKind::relu: return kernels.relu({in, out, op.n_in, n_voxel});
      case OpKind::affine: return kernels.affine({in, out, op.weights, op.bias, op.n_in, relu, n_voxel});
      case OpKind::quantize: return kernels.quantize({in, out, op.weights, op.n_in, n_voxel});
      case OpKind::dequantize: return kernels.dequantize({in, out, op.weights, n_out(index), n_voxel});
      case OpKind::dense_u8:
        return kernels.dense_u8({in, out, added(op), op.fixed, op.n_in, n_out(index), op.out, relu, n_voxel});
      case OpKind::dense_s16:
        return kernels.dense_s16({in, out, added(op), op.fixed, op.n_in, n_out(index), op.out, relu, n_voxel});
      case OpKind::affine_s16: return kernels.affine_fixed({in, out, op.fixed, op.n_in, op.out, relu, n_voxel});
      case OpKind::group_norm_s16:
        return kernels.group_norm_fixed({in, out, op.fixed, op.fixed_group_norm, op.n_in, op.n_group, op.out, relu, n_voxel});
    }
  }

  /// The tile whose first voxel is `first` of the batch. status may be null.
  void tile(const CoefficientTile& in, std::size_t first, const View2<float>& out, VoxelStatus* status) const noexcept {
    NormTile norm;
    const PreprocessFlags flags =
        kernels.preprocess({in, program.n_coeff, program.preprocessing, slot(0), wants_std(details) ? &norm : nullptr});
    if (compiled != nullptr)
      compiled(program, arena, in.n_voxel, outputs_only);
    else
      for (std::size_t i = 0; i < program.n_op; ++i) apply(i, in.n_voxel);
    const layout::VoxelBits blank = flags.non_finite | flags.zero_signal;
    float* const features = slot(program.ops[program.n_op - 1].out_slot);
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

}  // namespace crbrt
