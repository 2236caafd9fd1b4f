/// What an integer peer needs to know before it can compute: the range of every value and weights in 8 bits.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/peers/task.h"

namespace crbrt::bench {

struct ValueRange {
  float minimum = 0;
  float largest = 0;  ///< magnitude; positive
};

/// Of each value, index 0 the features: what float inference of the task's first voxels meets.
std::vector<ValueRange> value_ranges(const Task& task);

struct QuantizedWeights {
  std::vector<std::int8_t> values;  ///< [n_out, n_in], from -largest to largest
  std::vector<float> scale;         ///< [n_out]: weight = scale * value
};

/// `largest`: 127, or 63 where sums of two products must not leave 16 bits (u8 x s8 on AVX2 and below).
QuantizedWeights quantize_weights(const Operation& step, float largest);

}  // namespace crbrt::bench
