// SPDX-License-Identifier: Apache-2.0
/// What the runtime executes: a table of plain structs that points at constant weights. A generated model defines one as
/// constant data; the loader builds one from a .crbm. Both go through the same lowering, so they are equal bit for bit.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "crbrt/format/layout.h"
#include "crbrt/format/ops.h"

namespace crbrt {

/// Bumped when the meaning of any field changes.
inline constexpr std::uint32_t program_version = 6;

/// Tables of one integer op, each for padded_outputs(n_out) outputs. No sum of any input can leave 32 bits (integer_bounds.h).
struct IntegerTables {
  const std::int8_t* weights_s8;    ///< dense_u8: packed (layout.h)
  const std::int16_t* weights_s16;  ///< dense_s16: packed. affine_s16, group_norm_s16: packed_diagonal
  const std::int32_t* bias;         ///< start of the sums; holds what makes the first shift of Requant round
  const std::int32_t* row_sum;      ///< dense_u8: sum of each output's weights (for products of signed bytes: u8 - 128)
  const std::int32_t* shift;        ///< Requant::shift, or null where out is s32
  const std::int16_t* multiplier;   ///< Requant::multiplier of each output, four times; null where out is s32
};

/// Constants of group_norm_s16 (docs/numerics.md).
struct IntegerGroupNorm {
  std::int32_t mean_shift;       ///< mean_of_sum of a group (requant.h)
  std::int32_t mean_multiplier;  ///< 1 .. 32767
  std::int32_t square_shift;     ///< even: pairs of squares are shifted right by it, so that their sum stays below 2^31
  std::int32_t epsilon;          ///< at least 1, in units of the shifted sum of squares
};

/// One step of a program. Slots are indices of tile buffers in the arena (layout.h); slot 0 holds the preprocessed input.
/// `dense` never works in place; the others may have in_slot == out_slot where the words of a row are as many.
struct Op {
  OpKind kind;               ///< which operation
  std::uint32_t n_in;        ///< features read
  std::uint32_t n_out;       ///< features written (== n_in except for dense)
  std::uint32_t in_slot;     ///< where the features read lie
  std::uint32_t out_slot;    ///< where the features written go
  std::int32_t add_slot;     ///< dense only: slot of n_out features added before ReLU, or -1. Integers: both s16, sum saturates
  std::uint32_t relu;        ///< 0 or 1
  std::uint32_t n_group;     ///< group_norm only: divides n_in; groups of integers have an even size
  float epsilon;             ///< group_norm (f32) only
  const float* weights;      ///< dense: packed (layout.h). group_norm: gamma [n_in]. affine: scale [n_in]. (de)quantize: scale
  const float* bias;         ///< dense: [padded_outputs(n_out)]. group_norm: beta [n_in]. affine: shift [n_in]
  Number out = Number::f32;  ///< what it writes; u8 is never negative, whatever relu says
  const IntegerTables* integers = nullptr;               ///< integer ops but quantize and dequantize
  const IntegerGroupNorm* integer_group_norm = nullptr;  ///< group_norm_s16 only
};

/// From coefficients to the network's first layer, in this order (each voxel c of n_coeff complex numbers):
///   1. if phase_reference >= 0: c *= conj(c[r]) / |c[r]| with r = phase_reference (no rotation when c[r] == 0)
///   2. if conjugate_reference >= 0: all of c are conjugated where Im c[k] < 0 with k = conjugate_reference
///   3. c /= ||c||_2  (l2 norm over all real and imaginary parts) when l2_normalize != 0
///   4. x = [Re c, Im c];  x[i] = (x[i] - mean[i]) * inverse_std[i]
struct Preprocessing {
  std::int32_t phase_reference;           ///< coefficient whose phase becomes zero, or -1
  std::int32_t conjugate_reference = -1;  ///< coefficient whose imaginary part becomes positive, not phase_reference; or -1
  std::uint32_t l2_normalize;             ///< 0 or 1
  const float* mean;                      ///< [2 * n_coeff]
  const float* inverse_std;               ///< [2 * n_coeff]
};

/// estimate = offset + scale * network output. Outside [minimum, maximum] the voxel is flagged, the value kept. Trained outputs
/// have the mean over the prior as their offset and the standard deviation over the prior as their scale.
struct Output {
  const char* name;                                            ///< e.g. "t1_apparent_s"
  const char* unit;                                            ///< e.g. "s"; "1" for a fraction
  float offset;                                                ///< in the unit of the output
  float scale;                                                 ///< in the unit of the output, not 0
  float minimum;                                               ///< the least estimate that is not flagged
  float maximum;                                               ///< the largest estimate that is not flagged
  float std_minimum = 0;                                       ///< no standard deviation is smaller: 0, or more where bounded
  float std_maximum = std::numeric_limits<float>::infinity();  ///< nor larger; at least std_minimum
};

/// Standard deviations, in the features after the outputs: q0[n_output], q1[n_output], q2[n_output]. With sigma the noise of
/// real and imaginary part of a coefficient (standard deviation) and ||c|| the l2 norm of a voxel's coefficients as given:
///   l     = log(sigma / ||c||) - log_noise_center;  lc = l clamped to [log_noise_min, log_noise_max], the trained range
///   std_j = |scale_j| * exp(q0_j + q1_j * lc + q2_j * lc^2 + max(l - log_noise_max, 0)), clamped to the output's
///           [std_minimum, std_maximum]
struct Uncertainty {
  float log_noise_center;  ///< a logarithm of sigma / ||c||
  float log_noise_min;     ///< relative to the centre
  float log_noise_max;     ///< relative to the centre
};

/// How unlike the training voxels a voxel is: the last feature, as it is.
struct Atypicality {
  float threshold;                     ///< 99 % of the training voxels lie at or below, over all their levels of noise
  std::uint32_t depends_on_noise = 0;  ///< 1: at_noise says what holds at each level; only with uncertainty, whose range counts
  float at_noise[3] = {};  ///< 99 % of those with lc lie at or below at_noise[0] + at_noise[1] lc + at_noise[2] lc^2
};

struct Program;

/// Ops from here on compute outputs only, where nobody asks for the features after them: the op that makes the features, and
/// what turns its sums into floats. `last` is the kind of the last of n_op ops.
constexpr std::size_t first_last_op(std::size_t n_op, OpKind last) noexcept {
  return n_op - (last == OpKind::dequantize && n_op > 1 ? 2 : 1);
}

/// All ops of one program on the tile in the arena: what the interpreter does, with shapes as constants. outputs_only: features
/// after the outputs are not wanted.
using RunOps = void (*)(const Program& program, float* arena, std::size_t n_voxel, bool outputs_only) noexcept;

/// Generated functions by the number of the instruction set (enum Isa). Null where there is none: the runtime interprets.
struct CompiledNetwork {
  RunOps run[16];  ///< by enum Isa
};

/// A model as constant data: what a Session binds. Generated code and the loader make it.
struct Program {
  std::uint32_t version;                      ///< program_version
  const char* name;                           ///< model name, e.g. "v3p2_lean"
  const char* model_sha256;                   ///< 64 hex digits: the content hash of the .crbm it came from
  std::uint32_t n_coeff;                      ///< complex coefficients per voxel (the rank)
  std::uint32_t n_output;                     ///< estimates per voxel
  std::uint32_t n_op;                         ///< operations
  std::uint32_t n_slot;                       ///< slots of the arena
  Preprocessing preprocessing;                ///< from coefficients to slot 0
  const Output* outputs;                      ///< [n_output]
  const Op* ops;                              ///< [n_op]; the last one writes n_feature(program) features
  const std::uint32_t* slot_width;            ///< [n_slot] 32-bit words of a voxel in each slot
  std::uint64_t macs_per_voxel;               ///< multiply-adds of the dense layers
  const Uncertainty* uncertainty = nullptr;   ///< null: the program gives no standard deviations
  const Atypicality* atypicality = nullptr;   ///< null: the program gives no score
  const CompiledNetwork* compiled = nullptr;  ///< null: the runtime interprets the ops
};

/// Words of a voxel that lie before `slot` in the arena; before n_slot: all of them.
constexpr std::size_t words_before(const Program& program, std::uint32_t slot) noexcept {
  std::size_t words = 0;
  for (std::uint32_t i = 0; i < slot; ++i) words += program.slot_width[i];
  return words;
}

/// Bytes of an arena for `program`: a tile of every slot.
constexpr std::size_t arena_bytes(const Program& program) noexcept {
  return words_before(program, program.n_slot) * layout::tile_voxels * sizeof(float);
}

/// Above this a score is unlike 99 % of the training voxels with as much noise: sigma over the l2 norm of a voxel's
/// coefficients, both positive. The program has atypicality; without at_noise it is the threshold whatever the noise is.
inline float atypicality_threshold(const Program& program, float sigma, float norm) noexcept {
  const Atypicality& a = *program.atypicality;
  if (a.depends_on_noise == 0) return a.threshold;
  const Uncertainty& u = *program.uncertainty;
  const float l = std::log(sigma / norm) - u.log_noise_center;
  const float lc = l < u.log_noise_min ? u.log_noise_min : l > u.log_noise_max ? u.log_noise_max : l;
  return a.at_noise[0] + lc * (a.at_noise[1] + lc * a.at_noise[2]);
}

/// Features of the last op: the outputs, then those of uncertainty, then that of atypicality.
constexpr std::uint64_t n_feature(const Program& program) noexcept {
  return std::uint64_t{program.n_output} * (program.uncertainty != nullptr ? 4 : 1) + (program.atypicality != nullptr ? 1 : 0);
}

}  // namespace crbrt
