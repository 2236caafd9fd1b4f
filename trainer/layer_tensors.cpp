// SPDX-License-Identifier: Apache-2.0
// Lays the layers' weights out as views of one flat tensor.
#include "trainer/layer_tensors.h"

#include <cmath>

#include "physics/counter_random.h"

namespace crbrt::trainer {

LayerTensors::LayerTensors(const NetworkConfig& network, const LayerSizes& sizes, std::uint64_t seed, const c10::Device& device)
    : config(network), n_head(sizes.n_head) {
  width.push_back(sizes.n_in);
  width.insert(width.end(), config.hidden.begin(), config.hidden.end());
  width.push_back(sizes.n_out);
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  parameters = at::zeros({parameter_count()}, options);
  parameters.mutable_grad() = at::zeros_like(parameters);
  running = at::zeros({running_count()}, options);
  build_layers();
  initialize(seed);
}

bool LayerTensors::normalized(std::size_t layer) const {
  return config.normalization != Normalization::none && layer < config.hidden.size();
}

std::int64_t LayerTensors::parameter_count() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < width.size(); ++i) count += width[i + 1] * (width[i] + 1 + (normalized(i) ? 2 : 0));
  return static_cast<std::int64_t>(count) + head_count();
}

std::int64_t LayerTensors::head_count() const { return static_cast<std::int64_t>(n_head * (width[width.size() - 2] + 1)); }

std::int64_t LayerTensors::running_count() const {
  std::size_t count = 0;
  if (config.normalization == Normalization::batch)
    for (std::size_t w : config.hidden) count += 2 * w;
  return static_cast<std::int64_t>(count);
}

/// The next `rows` x `columns` (or `rows`) numbers of the parameters as a leaf whose gradient lands in the flat gradient.
at::Tensor LayerTensors::leaf(std::int64_t& position, std::int64_t rows, std::int64_t columns) {
  const std::int64_t size = rows * (columns > 0 ? columns : 1);
  const auto shape = columns > 0 ? std::vector<std::int64_t>{rows, columns} : std::vector<std::int64_t>{rows};
  at::Tensor view = parameters.detach().narrow(0, position, size).view(shape).requires_grad_(true);
  view.mutable_grad() = parameters.grad().narrow(0, position, size).view(shape);
  position += size;
  return view;
}

void LayerTensors::build_layers() {
  std::int64_t position = 0, running_position = 0;
  const auto statistics = [&](std::int64_t size) {
    const at::Tensor view = running.narrow(0, running_position, size);
    running_position += size;
    return view;
  };
  layers.resize(width.size() - 1);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto n_in = static_cast<std::int64_t>(width[i]), n_out = static_cast<std::int64_t>(width[i + 1]);
    Layer& layer = layers[i];
    layer.is_hidden = i < config.hidden.size();
    layer.weight = leaf(position, n_out, n_in);
    layer.bias = leaf(position, n_out, 0);
    if (normalized(i)) {
      layer.gamma = leaf(position, n_out, 0);
      layer.beta = leaf(position, n_out, 0);
    }
    if (running.numel() > 0 && layer.is_hidden) {
      layer.mean = statistics(n_out);
      layer.variance = statistics(n_out);
    }
  }
  if (n_head > 0) {
    head.weight = leaf(position, static_cast<std::int64_t>(n_head), static_cast<std::int64_t>(width[width.size() - 2]));
    head.bias = leaf(position, static_cast<std::int64_t>(n_head), 0);
  }
  for (const Skip& skip : config.skips) layers[skip.to].skip_from = static_cast<int>(skip.from);
}

void LayerTensors::initialize(std::uint64_t seed) {
  const at::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Layer& layer = layers[i];
    physics::CounterRandom random(seed, physics::Stream::start, i);
    const double std = std::sqrt((layer.is_hidden ? 2.0 : 1.0) / static_cast<double>(width[i]));
    at::Tensor weight = at::empty(layer.weight.sizes(), at::kFloat);
    float* w = weight.data_ptr<float>();
    for (std::int64_t k = 0; k < weight.numel(); ++k) w[k] = static_cast<float>(std * random.normal());
    layer.weight.copy_(weight);
    layer.bias.zero_();
    if (layer.gamma.defined()) {
      layer.gamma.fill_(1);
      layer.beta.zero_();
    }
    if (layer.mean.defined()) {
      layer.mean.zero_();
      layer.variance.fill_(1);
    }
  }
}

}  // namespace crbrt::trainer
