/// One dense layer in integers: weights refitted to the inputs there really are, then rounded.
#pragma once

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/integer_model.h"
#include "codegen/quantize/integer_values.h"
#include "codegen/quantize/scales.h"

namespace crbrt::codegen {

struct DenseFit {
  const Op& from;
  const Integers& in;         ///< what the layer reads, one column a voxel
  const Scales& in_scale;     ///< of each input
  const Values& sums;         ///< what the layer should give: the float sums
  const Values& sensitivity;  ///< what a squared error of a sum costs
};

/// Fills weights and bias of `op` (op.in says which kind) and returns the scale of each output's sums.
Scales fit_dense(const DenseFit& fit, IntegerOp& op);

}  // namespace crbrt::codegen
