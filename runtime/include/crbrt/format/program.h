/// What the runtime executes: a table of plain structs that points at constant weights. A generated model defines one as
/// constant data; the loader builds one from a .crbm. Both go through the same lowering, so they are equal bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"

namespace crbrt {

/// Bumped when the meaning of any field changes.
inline constexpr std::uint32_t program_version = 2;

enum class OpKind : std::uint32_t {
  dense = 0,       ///< out[j] = bias[j] + sum_k weights[j, k] * in[k] (+ add[j] when add_slot >= 0) (then ReLU when relu != 0)
  group_norm = 1,  ///< out = gamma * (in - mean_g) / sqrt(var_g + epsilon) + beta per group (then ReLU when relu != 0)
  relu = 2,        ///< out = max(in, 0)
  affine = 3,      ///< out[j] = weights[j] * in[j] + bias[j] (then ReLU when relu != 0)
};

/// One step of a program. Slots are indices of feature-major tile buffers in the arena (layout.h); slot 0 holds the
/// preprocessed input. `dense` never works in place; the others may have in_slot == out_slot.
struct Op {
  OpKind kind;
  std::uint32_t n_in;   ///< features read
  std::uint32_t n_out;  ///< features written (== n_in except for dense)
  std::uint32_t in_slot;
  std::uint32_t out_slot;
  std::int32_t add_slot;  ///< dense only: slot of n_out features added before ReLU, or -1
  std::uint32_t relu;     ///< 0 or 1
  std::uint32_t n_group;  ///< group_norm only: divides n_in
  float epsilon;          ///< group_norm only
  const float* weights;   ///< dense: packed (layout.h). group_norm: gamma [n_in]. affine: scale [n_in]
  const float* bias;      ///< dense: [padded_outputs(n_out)]. group_norm: beta [n_in]. affine: shift [n_in]
};

/// From coefficients to the network's first layer, in this order (each voxel c of n_coeff complex numbers):
///   1. if phase_reference >= 0: c *= conj(c[r]) / |c[r]| with r = phase_reference (no rotation when c[r] == 0)
///   2. c /= ||c||_2  (l2 norm over all real and imaginary parts) when l2_normalize != 0
///   3. x = [Re c, Im c];  x[i] = (x[i] - mean[i]) * inverse_std[i]
struct Preprocessing {
  std::int32_t phase_reference;  ///< coefficient whose phase becomes zero, or -1
  std::uint32_t l2_normalize;    ///< 0 or 1
  const float* mean;             ///< [2 * n_coeff]
  const float* inverse_std;      ///< [2 * n_coeff]
};

/// estimate = offset + scale * network output. Outside [minimum, maximum] the voxel is flagged, the value kept.
struct Output {
  const char* name;  ///< e.g. "t1_apparent_s"
  const char* unit;  ///< e.g. "s"; "1" for a fraction
  float offset;
  float scale;
  float minimum;
  float maximum;
};

/// Standard deviations, in the features after the outputs: q0[n_output], q1[n_output], q2[n_output]. With sigma the noise of
/// real and imaginary part of a coefficient (standard deviation) and ||c|| the l2 norm of a voxel's coefficients as given:
///   l     = log(sigma / ||c||) - log_noise_center;  lc = l clamped to [log_noise_min, log_noise_max], the trained range
///   std_j = |scale_j| * exp(q0_j + q1_j * lc + q2_j * lc^2 + max(l - log_noise_max, 0))
struct Uncertainty {
  float log_noise_center;
  float log_noise_min;  ///< relative to the centre
  float log_noise_max;  ///< relative to the centre
};

/// How unlike the training voxels a voxel is: the last feature, as it is.
struct Atypicality {
  float threshold;  ///< 99 % of the training voxels lie at or below
};

struct Program {
  std::uint32_t version;     ///< program_version
  const char* name;          ///< model name, e.g. "v3p2_lean"
  const char* model_sha256;  ///< 64 hex digits: the content hash of the .crbm it came from
  std::uint32_t n_coeff;     ///< complex coefficients per voxel (the rank)
  std::uint32_t n_output;
  std::uint32_t n_op;
  std::uint32_t n_slot;
  Preprocessing preprocessing;
  const Output* outputs;                     ///< [n_output]
  const Op* ops;                             ///< [n_op]; the last one writes n_feature(program) features
  const std::uint32_t* slot_width;           ///< [n_slot] features of each slot
  std::uint64_t macs_per_voxel;              ///< multiply-adds of the dense layers
  const Uncertainty* uncertainty = nullptr;  ///< null: the program gives no standard deviations
  const Atypicality* atypicality = nullptr;  ///< null: the program gives no score
};

/// Features of the last op: the outputs, then those of uncertainty, then that of atypicality.
constexpr std::uint64_t n_feature(const Program& program) noexcept {
  return std::uint64_t{program.n_output} * (program.uncertainty != nullptr ? 4 : 1) + (program.atypicality != nullptr ? 1 : 0);
}

}  // namespace crbrt
