/// Scales of activations and the requantisation that leads to them.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "crbrt/format/program.h"
#include "crbrt/format/requant.h"

namespace crbrt::codegen {

/// real = scale * integer, per feature.
using Scales = std::vector<double>;

/// The step of 0 .. 255 for which clipping and rounding of max(values, 0) cost least, per row.
Scales scales_u8(const Values& values, const Values& weight);

/// s16 with headroom over the largest magnitude, per row.
Scales scales_s16(const Values& values);

/// From sums in units of `sum_scale` to integers in units of about `out_scale`, which is set to what the integers really mean.
/// The first shift is the smallest that keeps everything that is not clipped anyway in 16 bits.
Requant requant_to(double sum_scale, Number out, double& out_scale);

}  // namespace crbrt::codegen
