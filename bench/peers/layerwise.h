// SPDX-License-Identifier: Apache-2.0
/// For libraries that only multiply matrices: the network step by step over the whole batch, with the library's product and
/// plain loops of our own for everything else (bias, skip, ReLU, group normalisation), as somebody without an inference
/// library would write it.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/peers/peer.h"

namespace crbrt::bench {

inline constexpr std::size_t layerwise_padding = 16;  ///< floats behind each matrix that a library may read and ignore

/// Values of a batch, one matrix [batch, width] for each step; value 0 is not here.
class Layerwise {
 public:
  Layerwise(const Task& task, std::size_t batch);

  /// Row-major [batch, width(value)].
  const float* value(std::size_t index) const { return index == 0 ? task_->features.data() : values_[index - 1].data(); }
  float* out_of(std::size_t step) { return values_[step].data(); }

  /// The step without a library. For dense: only what follows the product (bias unless it is in the product already, skip,
  /// ReLU), in place.
  void finish_dense(std::size_t step, bool add_bias);
  void apply(std::size_t step);  ///< group_norm, affine or relu

  std::size_t batch() const noexcept { return batch_; }

 private:
  const Task* task_;
  std::size_t batch_;
  std::vector<std::vector<float>> values_;
};

/// The loops alone, over rows of `width`.
void add_bias_skip_relu(const Operation& step, std::size_t batch, const float* bias, const float* add, float* values);
void group_norm(const Operation& step, std::size_t batch, const float* in, float* out);
void affine_or_relu(const Operation& step, std::size_t batch, const float* in, float* out);

// What an integer peer needs to know before it can compute: the range of every value and weights in 8 bits.

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
