/// Scales of 16-bit values. What is added must share its scale, feature by feature; what a group normalisation reads must have
/// one scale, because it adds and compares features.
#pragma once

#include <vector>

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/scales.h"

namespace crbrt::codegen {

/// One per operation, as if all of them wrote s16.
std::vector<Scales> shared_scales(const Program& program, const FloatValues& values);

}  // namespace crbrt::codegen
