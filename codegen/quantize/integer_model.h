/// The integer form of a network while it is made: what models/model.fbs stores, in plain vectors (docs/integers.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::codegen {

/// One operation of the float program in integers. value = requantize(bias[j] + sum_k weights[j, k] * in[k], shift,
/// multiplier).
struct IntegerOp {
  Number in = Number::s16;
  Number out = Number::s16;
  std::vector<std::int16_t> weights;  ///< [n_out, n_in] row-major; [n_out] unless dense. Those of u8 inputs fit a byte
  std::vector<std::int32_t> bias;     ///< [n_out], holds what makes the first shift round
  std::vector<std::uint8_t> shift;    ///< [n_out], none in the last operation
  std::vector<std::int16_t> multiplier;
  std::optional<FixedGroupNorm> group_norm;
};

struct IntegerModel {
  std::vector<float> input_scale;
  std::vector<IntegerOp> ops;
  std::vector<float> output_scale;
};

}  // namespace crbrt::codegen
