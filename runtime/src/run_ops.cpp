// The interpreter's one switch: which kernel an op is, and which of the op's fields are its arguments.
#include "runtime/src/run_ops.h"

namespace crbrt {

namespace {

/// One tile on its way through the ops.
struct Tile {
  const Program& program;
  const KernelTable& kernels;
  float* arena;
  std::size_t n_voxel;
  bool outputs_only;

  float* slot(std::uint32_t index) const noexcept { return slot_tile(program, arena, index); }

  const float* added(const Op& op) const noexcept {
    return op.add_slot >= 0 ? slot(static_cast<std::uint32_t>(op.add_slot)) : nullptr;
  }

  /// Features after the outputs cost nothing where nobody asks for them: the outputs come first, and so do their weights.
  std::size_t n_out(std::size_t index) const noexcept {
    const std::size_t first_last = first_last_op(program.n_op, program.ops[program.n_op - 1].kind);
    return outputs_only && index >= first_last ? program.n_output : program.ops[index].n_out;
  }

  void apply(std::size_t index) const noexcept {
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
};

}  // namespace

RunOps compiled_ops(const Program& program, Isa isa) noexcept {
  const auto index = static_cast<std::size_t>(isa);
  return program.compiled != nullptr && index < sizeof(CompiledNetwork) / sizeof(RunOps) ? program.compiled->run[index]
                                                                                         : nullptr;
}

void interpret_ops(const Program& program, const KernelTable& kernels, float* arena, std::size_t n_voxel,
                   bool outputs_only) noexcept {
  const Tile tile{program, kernels, arena, n_voxel, outputs_only};
  for (std::size_t i = 0; i < program.n_op; ++i) tile.apply(i);
}

}  // namespace crbrt
