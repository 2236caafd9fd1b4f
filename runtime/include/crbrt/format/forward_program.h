// SPDX-License-Identifier: Apache-2.0
/// What a ForwardSession executes: a learned forward model, from tissue parameters to the coefficients of a voxel at M0 = 1, as
/// constant data. The loader makes it from the forward part of a .crbm (docs/format.md).
///
/// A network reads features of the tissue, each
///
///   feature = (function(factor * product of up to four inputs) - mean) * inverse_std       in double, rounded once to float
///
/// and its last layer writes parts: the real parts of the coefficients, then the imaginary parts.
///
/// Coefficients are periodic in the off-resonance omega0, or change their sign from period to period (is_antiperiodic), and
/// where basis and flip angles are real those of -omega0 are the complex conjugates of those of omega0. So omega0 enters as the
/// distance to the nearest whole period, and with `is_mirrored` as its magnitude, whose sign goes to the imaginary parts.
///
/// They may depend on omega0 in a way that no small network learns, and yet be few functions of it, the same for all tissues.
/// With a `table` of these the last layer writes n_latent factors g instead, features do not read omega0, and
///
///   part[j] = sum_r table[r, j](|omega0|) g[r]       uniform cubic B-splines over half a period
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"

namespace crbrt {

/// Bumped when the meaning of any field changes.
inline constexpr std::uint32_t forward_program_version = 1;

/// Parts of a table's control points are padded to so many floats.
inline constexpr std::uint32_t forward_part_multiple = 16;

/// The 2 n_coeff parts of a control point with what pads them.
constexpr std::size_t padded_parts(std::size_t n_coeff) noexcept {
  return (2 * n_coeff + forward_part_multiple - 1) / forward_part_multiple * forward_part_multiple;
}

/// What a feature makes of x = factor * product.
enum class ForwardFunction : std::uint32_t {
  identity = 0,    ///< x
  saturation = 1,  ///< x / (x + offset)
  cosine = 2,      ///< cos(x), |x| up to forward_angle_max
  sine = 3,        ///< sin(x), likewise
};

/// How many functions there are.
inline constexpr std::uint32_t n_forward_function = 4;

/// The largest argument of cosine and sine, beyond which their reduction is not exact.
inline constexpr double forward_angle_max = 1e5;

/// The most inputs that a product has.
inline constexpr std::uint32_t forward_factors_max = 4;
/// The most inputs of a model.
inline constexpr std::uint32_t forward_inputs_max = 16;
/// The most coefficients that a model with a table has.
inline constexpr std::uint32_t forward_coeff_max = 128;

/// A tissue parameter. Outside [minimum, maximum] nothing was trained: a voxel there is flagged and its values are an
/// extrapolation.
struct ForwardInput {
  const char* name;  ///< e.g. "r2_free_hz", which has a unit (docs/quantities.md)
  double minimum;    ///< in the unit of the parameter
  double maximum;    ///< in the unit of the parameter
};

/// One number that the network reads.
struct ForwardFeature {
  ForwardFunction function;  ///< of factor times the product
  std::uint32_t n_factor;    ///< inputs in the product, 1 .. forward_factors_max
  std::uint32_t inputs[4];   ///< which; an input may be there several times
  double factor;             ///< not 0
  double offset;             ///< saturation only, positive
  float mean;                ///< of the function's values
  float inverse_std;         ///< of them, positive
};

/// A forward model as constant data. Its ops are `dense` and one kind of smooth activation. Every slot has a row more than
/// features in front, which holds 1 for values and 0 for derivatives, so that the first weight of every output is its bias; and
/// a row behind, which kernels may overwrite.
struct ForwardProgram {
  std::uint32_t version;            ///< forward_program_version
  const char* name;                 ///< of the model
  const char* model_sha256;         ///< 64 hex digits: the content hash of the .crbm it came from
  std::uint32_t n_coeff;            ///< complex coefficients per voxel
  std::uint32_t n_input;            ///< tissue parameters, at most forward_inputs_max
  std::uint32_t n_feature;          ///< features that the first layer reads
  std::uint32_t n_op;               ///< operations
  std::uint32_t n_slot;             ///< slots of the arena
  const ForwardInput* inputs;       ///< [n_input]
  const ForwardFeature* features;   ///< [n_feature]
  const Op* ops;                    ///< [n_op]; n_in of `dense` counts the constant row, that of activations does not
  const std::uint32_t* slot_width;  ///< [n_slot] rows of each slot, with the one in front and the one behind
  std::int32_t periodic_input;      ///< omega0, or -1 where it is no input
  double period;                    ///< of that input
  std::uint32_t is_mirrored;        ///< 1: coefficients at -omega0 are the conjugates of those at omega0. Else 0
  std::uint32_t is_antiperiodic;    ///< 1: a period further coefficients have the other sign. Else 0
  std::uint32_t table_intervals;    ///< of half a period; 0: no table
  /// Null, or control points [table_intervals + 3][n_latent][padded_parts(n_coeff)], aligned to layout::arena_alignment; those
  /// of interval i are i .. i + 3, and n_latent is what the last op writes.
  const float* table;
  std::uint64_t macs_per_voxel;  ///< multiply-adds of the dense layers for values alone; derivatives take n_input times more
};

}  // namespace crbrt
