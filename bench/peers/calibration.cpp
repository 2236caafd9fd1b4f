// Calibration by running the network in float, in plain loops.
#include "bench/peers/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/peers/layerwise.h"

namespace crbrt::bench {
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
