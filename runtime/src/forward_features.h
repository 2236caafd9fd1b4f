// SPDX-License-Identifier: Apache-2.0
/// From the tissue parameters of a voxel to the features of a forward network and their derivatives, in double: plain code with
/// functions of its own, so that every instruction set and every machine gets the same bits.
#pragma once

#include <cstddef>

#include "crbrt/format/forward_program.h"

namespace crbrt {

/// A function and its derivative at one place.
struct Sloped {
  double value;
  double slope;
};

/// `function` at x; NaN where it does not exist (x + offset is not positive, an angle beyond forward_angle_max). Errors are a
/// few units in the last place of a double.
Sloped forward_function(ForwardFunction function, double x, double offset) noexcept;

/// The inputs of one voxel as features see them.
struct FoldedInputs {
  double
      x[forward_inputs_max];  ///< the periodic one within half a period of 0, and its magnitude where the program is mirrored
  bool is_negated;            ///< all parts take the other sign
  bool is_conjugated;         ///< imaginary parts take the other sign
  bool is_outside;            ///< of a range
};

/// tissue[i * stride] is input i.
FoldedInputs folded_inputs(const ForwardProgram& program, const double* tissue, std::size_t stride) noexcept;

/// Where a table is read, and by which factors.
struct TablePlace {
  std::size_t interval;  ///< its control points are this one and the next three
  float a[4];            ///< their factors, for values
  float a_slope[4];      ///< their factors, for derivatives by omega0
};

/// The cubic B-splines at |omega0|, with `omega0` the folded input.
TablePlace table_place(const ForwardProgram& program, double omega0) noexcept;

/// The value of a feature, and its derivatives by every folded input in slopes [n_input].
double feature_of(const ForwardFeature& feature, const FoldedInputs& inputs, std::size_t n_input, double* slopes) noexcept;

}  // namespace crbrt
