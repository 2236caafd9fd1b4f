/// Cost without a data set: how far integers move the outputs of the model's embedded sample.
#pragma once

#include <vector>

#include "codegen/quantize/calibration.h"
#include "crbrt/loader.hpp"

namespace crbrt::codegen {

/// What a unit of each output is, per voxel of the sample, [n_output, n_voxel]: the standard deviation that the model itself
/// predicts at the least noise it was trained for; without those, the spread of the output over the sample.
Eigen::ArrayXXd sample_units(const Model& model);

Calibration calibration_from_sample(const Model& model);

/// Root mean square of (integer - float) over the units, of the output where it is largest.
double relative_rms(const Model& with_fixed);

}  // namespace crbrt::codegen
