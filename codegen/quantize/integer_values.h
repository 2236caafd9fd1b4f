// SPDX-License-Identifier: Apache-2.0
/// One operation of an integer model on many voxels, in plain arithmetic: what the next layer's rounding is fitted to. Equal to
/// the runtime's kernels bit for bit (docs/numerics.md); tests compare them.
#pragma once

#include <Eigen/Core>

#include "crbrt/network.hpp"

namespace crbrt::codegen {

/// Integers, one column a voxel. Products and sums stay below 2^31, so that doubles hold them exactly in any order.
using Integers = Eigen::MatrixXd;

/// round_half_even(clamp(features * scale)), as `quantize` does it.
Integers quantized(const Eigen::MatrixXf& features, const std::vector<float>& scale);

/// bias + weights * in, of a dense layer.
Integers dense_sums(const IntegerOperation& op, const Integers& in);

/// From sums to the numbers of op.out: requantized, then `add` (or null) and ReLU; s32 is left as it is.
Integers finished(const IntegerOperation& op, Integers sums, const Integers* add, bool relu);

/// What the operation `from` of a folded network writes, in its integer form `op`. `add` may be null.
Integers integer_values(const Operation& from, const IntegerOperation& op, const Integers& in, const Integers* add);

}  // namespace crbrt::codegen
