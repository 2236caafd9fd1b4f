// SPDX-License-Identifier: Apache-2.0
// Plain loops over rows that the compiler vectorises (-O3, the flags of the instruction set).
#include "bench/peers/layerwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crbrt::bench {

Layerwise::Layerwise(const Task& task, std::size_t batch) : task_(&task), batch_(batch) {
  for (const Operation& step : task.network.operations) values_.emplace_back(batch * step.n_out + layerwise_padding);
}

void Layerwise::finish_dense(std::size_t index, bool add_bias) {
  const Operation& step = task_->network.operations[index];
  add_bias_skip_relu(step, batch_, add_bias ? step.bias.data() : nullptr,
                     step.add != Operation::none ? value(step.add) : nullptr, out_of(index));
}

void Layerwise::apply(std::size_t index) {
  const Operation& step = task_->network.operations[index];
  if (step.kind == OperationKind::group_norm) {
    group_norm(step, batch_, value(step.in), out_of(index));
  } else {
    affine_or_relu(step, batch_, value(step.in), out_of(index));
  }
}

void add_bias_skip_relu(const Operation& step, std::size_t batch, const float* bias, const float* add, float* values) {
  const std::size_t n = step.n_out;
  for (std::size_t row = 0; row < batch; ++row, values += n) {
    if (bias != nullptr)
      for (std::size_t j = 0; j < n; ++j) values[j] += bias[j];
    if (add != nullptr)
      for (std::size_t j = 0; j < n; ++j) values[j] += add[row * n + j];
    if (step.relu)
      for (std::size_t j = 0; j < n; ++j) values[j] = std::max(values[j], 0.0f);
  }
}

namespace {

void normalize_group(const Operation& step, std::size_t first, std::size_t size, const float* in, float* out) {
  float sum = 0, squares = 0;
  for (std::size_t i = 0; i < size; ++i) sum += in[i];
  const float mean = sum / static_cast<float>(size);
  for (std::size_t i = 0; i < size; ++i) squares += (in[i] - mean) * (in[i] - mean);
  const float inverse_std = 1 / std::sqrt(squares / static_cast<float>(size) + step.epsilon);
  for (std::size_t i = 0; i < size; ++i) {
    const float y = (in[i] - mean) * inverse_std * step.weights[first + i] + step.bias[first + i];
    out[i] = step.relu ? std::max(y, 0.0f) : y;
  }
}

}  // namespace

void group_norm(const Operation& step, std::size_t batch, const float* in, float* out) {
  const std::size_t size = step.n_in / step.n_group;
  for (std::size_t row = 0; row < batch; ++row, in += step.n_in, out += step.n_in)
    for (std::size_t first = 0; first < step.n_in; first += size) normalize_group(step, first, size, in + first, out + first);
}

void affine_or_relu(const Operation& step, std::size_t batch, const float* in, float* out) {
  const bool affine = step.kind == OperationKind::affine;
  for (std::size_t row = 0; row < batch; ++row, in += step.n_in, out += step.n_in)
    for (std::size_t j = 0; j < step.n_in; ++j) {
      const float y = affine ? in[j] * step.weights[j] + step.bias[j] : in[j];
      out[j] = step.relu || !affine ? std::max(y, 0.0f) : y;
    }
}

// Calibration by running the network in float, in plain loops.

namespace {

constexpr std::size_t n_calibration_voxel = 1024;

void multiply(const Operation& step, std::size_t batch, const float* in, float* out) {
  for (std::size_t row = 0; row < batch; ++row, in += step.n_in, out += step.n_out)
    for (std::size_t j = 0; j < step.n_out; ++j) {
      float sum = 0;
      for (std::size_t k = 0; k < step.n_in; ++k) sum += step.weights[j * step.n_in + k] * in[k];
      out[j] = sum;
    }
}

ValueRange range_of(const float* values, std::size_t n) {
  const auto [minimum, maximum] = std::minmax_element(values, values + n);
  const float largest = std::max({std::abs(*minimum), std::abs(*maximum), std::numeric_limits<float>::min()});
  return {*minimum, largest};
}

}  // namespace

std::vector<ValueRange> value_ranges(const Task& task) {
  const std::size_t batch = std::min(task.n_voxel, n_calibration_voxel);
  Layerwise layers(task, batch);
  std::vector<ValueRange> ranges{range_of(task.features.data(), batch * task.network.width(0))};
  for (std::size_t i = 0; i < task.network.operations.size(); ++i) {
    const Operation& step = task.network.operations[i];
    if (step.kind == OperationKind::dense) {
      multiply(step, batch, layers.value(step.in), layers.out_of(i));
      layers.finish_dense(i, true);
    } else {
      layers.apply(i);
    }
    ranges.push_back(range_of(layers.value(i + 1), batch * step.n_out));
  }
  return ranges;
}

QuantizedWeights quantize_weights(const Operation& step, float largest) {
  QuantizedWeights made;
  for (std::size_t j = 0; j < step.n_out; ++j) {
    const float* const row = step.weights.data() + j * step.n_in;
    const float scale = range_of(row, step.n_in).largest / largest;
    made.scale.push_back(scale);
    for (std::size_t k = 0; k < step.n_in; ++k)
      made.values.push_back(static_cast<std::int8_t>(std::lround(std::clamp(row[k] / scale, -largest, largest))));
  }
  return made;
}

}  // namespace crbrt::bench
