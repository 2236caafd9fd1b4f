/// Scales of activations; the requantisation that leads to them is crbrt/format/requant_choice.h. What is added must share its
/// scale, feature by feature; what a group normalisation reads must have one scale, because it adds and compares features.
#pragma once

#include <vector>

#include "codegen/quantize/calibration.h"
#include "crbrt/format/requant_choice.h"

namespace crbrt::codegen {

/// real = scale * integer, per feature.
using Scales = std::vector<double>;

/// The step of 0 .. 255 for which clipping and rounding of max(values, 0) cost least, per row.
Scales scales_u8(const Values& values, const Values& weight);

/// s16 with headroom over the largest magnitude, per row.
Scales scales_s16(const Values& values);

/// One for each operation, as if all of them wrote s16.
std::vector<Scales> shared_scales(const Network& network, const FloatValues& values);

}  // namespace crbrt::codegen
