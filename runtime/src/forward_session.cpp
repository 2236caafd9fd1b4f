// SPDX-License-Identifier: Apache-2.0
// Evaluates a forward network: groups of voxels whose values and derivatives lie side by side in the columns of one tile, so
// that the kernels of the estimator serve both. Column d * n_voxel + v holds the value (d = 0) or derivative d of voxel v.
#include "crbrt/forward_session.h"

#include "runtime/src/forward_check.h"
#include "runtime/src/forward_features.h"
#include "runtime/src/kernels/phase_table/phase_table.h"
#include "runtime/src/kernels/root_silu/root_silu.h"
#include "runtime/src/run_ops.h"
#include "runtime/src/view_check.h"

namespace crbrt {

namespace {

bool wants_jacobian(const ForwardResults& results) noexcept { return results.jacobian.rows != 0; }
bool wants_status(const ForwardResults& results) noexcept { return results.status.size != 0; }

bool shapes_agree(const ForwardProgram& program, const View2<const double>& tissues, const ForwardResults& out) noexcept {
  const std::size_t n_voxel = tissues.rows, n_part = 2 * std::size_t{program.n_coeff};
  if (!fits(tissues, n_voxel, program.n_input) || !fits(out.coefficients, n_voxel, n_part)) return false;
  if (wants_jacobian(out) && !fits(out.jacobian, n_voxel, program.n_input * n_part)) return false;
  return !wants_status(out) || fits(out.status, n_voxel);
}

/// What one call of evaluate() works on.
struct Evaluation {
  const ForwardProgram& program;
  const KernelTable& kernels;
  float* arena;
  const View2<const double>& tissues;
  const ForwardResults& results;
  std::size_t n_tangent;

  /// Of a slot: the constant row, then the features.
  float* slot(std::uint32_t index) const noexcept {
    std::size_t rows = 0;
    for (std::uint32_t i = 0; i < index; ++i) rows += program.slot_width[i];
    return arena + rows * layout::tile_voxels;
  }
  float* features(std::uint32_t index) const noexcept { return slot(index) + layout::tile_voxels; }

  std::size_t group_size() const noexcept { return layout::tile_voxels / (1 + n_tangent); }

  /// 1 in the columns of values, 0 in those of derivatives.
  void write_constants(std::size_t n_voxel) const noexcept {
    for (std::uint32_t s = 0; s < program.n_slot; ++s) {
      float* const row = slot(s);
      for (std::size_t i = 0; i < layout::tile_voxels; ++i) row[i] = i < n_voxel ? 1.0f : 0.0f;
    }
  }

  /// Features of voxel v of the group. Those of a voxel whose numbers are not finite are 0, so that nothing slows down.
  VoxelStatus write_features(std::size_t v, std::size_t n_voxel, const FoldedInputs& inputs) const noexcept {
    bool is_finite = true;
    for (std::size_t i = 0; i < program.n_input; ++i) is_finite = is_finite && inputs.x[i] - inputs.x[i] == 0;
    for (std::size_t f = 0; f < program.n_feature; ++f) {
      double slopes[forward_inputs_max];
      const double value = feature_of(program.features[f], inputs, program.n_input, slopes);
      float* const row = features(0) + f * layout::tile_voxels + v;
      row[0] = static_cast<float>(value);
      is_finite = is_finite && crbrt::is_finite(row[0]);
      for (std::size_t d = 0; d < n_tangent; ++d) {
        row[(1 + d) * n_voxel] = static_cast<float>(slopes[d]);
        is_finite = is_finite && crbrt::is_finite(row[(1 + d) * n_voxel]);
      }
    }
    if (is_finite) return inputs.is_outside ? VoxelStatus::outside_range : VoxelStatus::ok;
    for (std::size_t f = 0; f < program.n_feature; ++f)
      for (std::size_t d = 0; d <= n_tangent; ++d) features(0)[f * layout::tile_voxels + d * n_voxel + v] = 0;
    return VoxelStatus::non_finite;
  }

  void run_op(const Op& op, std::size_t n_voxel) const noexcept {
    const bool is_dense = op.kind == OpKind::dense;
    float* const in = is_dense ? slot(op.in_slot) : features(op.in_slot);
    float* const out = features(op.out_slot);
    if (!is_dense && n_tangent > 0) return kernels.root_silu_tangent({in, out, op.n_in, n_voxel, n_tangent});
    const float* const add = op.add_slot >= 0 ? features(static_cast<std::uint32_t>(op.add_slot)) : nullptr;
    apply_op(kernels, {op, in, out, add, op.n_in, op.n_out, op.n_group, op.out, false, (1 + n_tangent) * n_voxel, op.n_out});
  }

  /// Part j of the coefficients of a voxel is real for j < n_coeff. The sign of the off-resonance is that of the imaginary
  /// parts, and of every derivative by it.
  float sign(std::size_t d, std::size_t j, const FoldedInputs& inputs) const noexcept {
    const bool by_periodic = d > 0 && static_cast<std::int64_t>(d - 1) == program.periodic_input;
    const bool is_flipped = inputs.is_conjugated && (j >= program.n_coeff) != by_periodic;
    return is_flipped != inputs.is_negated ? -1.0f : 1.0f;
  }

  /// Part j of value or derivative d of a voxel: from[j * part_stride + d * column_stride].
  struct Parts {
    const float* from;
    std::size_t part_stride, column_stride;
  };

  /// Of voxel v of the group; `space` may be used.
  Parts parts_of(std::size_t v, std::size_t n_voxel, const FoldedInputs& inputs, float* space) const noexcept {
    const Op& last = program.ops[program.n_op - 1];
    const float* const column = features(last.out_slot) + v;
    if (program.table == nullptr) return {column, layout::tile_voxels, n_voxel};
    const std::size_t n_part = padded_parts(program.n_coeff);
    const TablePlace place = table_place(program, inputs.x[program.periodic_input]);
    kernels.phase_table({program.table + place.interval * last.n_out * n_part, column, space, last.n_out, n_part, 1 + n_tangent,
                         n_voxel, static_cast<std::size_t>(program.periodic_input) + 1, place.a, place.a_slope});
    return {space, 1, n_part};
  }

  /// Returns whether all numbers of the voxel are finite.
  bool write_voxel(const Parts& parts, std::size_t at, const FoldedInputs& inputs) const noexcept {
    const std::size_t n_part = 2 * std::size_t{program.n_coeff};
    bool all_finite = true;
    for (std::size_t d = 0; d <= n_tangent; ++d) {
      const View2<float>& view = d == 0 ? results.coefficients : results.jacobian;
      float* const to = view.data + at * view.row_stride + (d == 0 ? 0 : (d - 1) * n_part) * view.column_stride;
      for (std::size_t j = 0; j < n_part; ++j) {
        const float x = parts.from[j * parts.part_stride + d * parts.column_stride] * sign(d, j, inputs);
        all_finite = all_finite && crbrt::is_finite(x);
        to[j * view.column_stride] = x;
      }
    }
    return all_finite;
  }

  void blank(const View2<float>& view, std::size_t at) const noexcept {
    for (std::size_t j = 0; j < view.columns && view.rows != 0; ++j)
      view.data[at * view.row_stride + j * view.column_stride] = 0;
  }

  /// Voxels first .. first + n_voxel - 1 of the batch.
  void group(std::size_t first, std::size_t n_voxel) const noexcept {
    VoxelStatus status[layout::tile_voxels];
    FoldedInputs inputs[layout::tile_voxels];
    alignas(layout::arena_alignment) float space[(1 + forward_inputs_max) * padded_parts(forward_coeff_max)];
    for (std::size_t v = 0; v < n_voxel; ++v) {
      inputs[v] = folded_inputs(program, tissues.data + (first + v) * tissues.row_stride, tissues.column_stride);
      status[v] = write_features(v, n_voxel, inputs[v]);
    }
    for (std::uint32_t i = 0; i < program.n_op; ++i) run_op(program.ops[i], n_voxel);
    for (std::size_t v = 0; v < n_voxel; ++v) {
      const Parts parts = parts_of(v, n_voxel, inputs[v], space);
      if (!write_voxel(parts, first + v, inputs[v])) status[v] = VoxelStatus::non_finite;
      if (status[v] == VoxelStatus::non_finite) {
        blank(results.coefficients, first + v);
        blank(results.jacobian, first + v);
      }
      if (wants_status(results)) results.status.data[(first + v) * results.status.stride] = status[v];
    }
  }

  void run() const noexcept {
    for (std::size_t first = 0; first < tissues.rows;) {
      const std::size_t left = tissues.rows - first, n_voxel = left < group_size() ? left : group_size();
      write_constants(n_voxel);
      group(first, n_voxel);
      first += n_voxel;
    }
  }
};

}  // namespace

std::size_t ForwardSession::arena_bytes(const ForwardProgram& program) noexcept {
  if (!is_consistent(program)) return 0;
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < program.n_slot; ++i) rows += program.slot_width[i];
  return rows * layout::tile_voxels * sizeof(float);
}

Status ForwardSession::bind(const ForwardProgram& program, void* arena, std::size_t arena_size, Isa isa) noexcept {
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

Status ForwardSession::evaluate(const View2<const double>& tissues, const ForwardResults& results) noexcept {
  if (bound_.program == nullptr) return Status::not_bound;
  if (!shapes_agree(*bound_.program, tissues, results)) return Status::bad_shape;
  Evaluation{*bound_.program, *bound_.kernels, reinterpret_cast<float*>(bound_.arena),
             tissues,         results,         wants_jacobian(results) ? bound_.program->n_input : 0}
      .run();
  return Status::ok;
}

}  // namespace crbrt
