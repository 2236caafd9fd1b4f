/// Voxels that decide ranges and rounding, and the values that a network has on them.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::codegen {

/// One column a voxel.
using Values = Eigen::MatrixXf;

struct Calibration {
  std::vector<float> coefficients;  ///< [n_voxel, 2 * n_coeff]
  Values importance;                ///< [n_feature, n_voxel] what a squared error of a feature of the last layer costs
};

/// What preprocessing makes of the coefficients, by the runtime's own kernels.
Values features_of(const Program& program, const std::vector<float>& coefficients);

/// Weights [n_out, n_in] and bias [n_out] of a dense operation of a float program.
Eigen::MatrixXf weights_of(const Op& op);
Eigen::VectorXf bias_of(const Op& op);

/// Values of the float program: `sums` before a skip and ReLU of a dense layer, `out` of the operation. In the order of ops.
struct FloatValues {
  std::vector<Values> sums, out;
};
FloatValues float_values(const Program& program, const Values& features);

/// What a small squared error of `sums` of each dense layer (of `out` of the others) costs in the end: the sum over features of
/// importance * (d feature / d sum)^2, estimated by one backward pass a draw, in which features have random signs.
std::vector<Values> sensitivities(const Program& program, const FloatValues& values, const Values& importance,
                                  std::size_t draws);

/// Which operation last wrote the slot before `op`; -1: the input.
std::ptrdiff_t writer_of(const Program& program, std::size_t op, std::uint32_t slot);

}  // namespace crbrt::codegen
