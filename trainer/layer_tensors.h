// SPDX-License-Identifier: Apache-2.0
/// The numbers of a network as tensors: layers that are views of one flat tensor (network.h). For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>
#include <cstdint>
#include <vector>

#include "trainer/network.h"

namespace crbrt::trainer {

struct Layer {
  at::Tensor weight, bias, gamma, beta;  // leaves that share memory with the flat parameters
  at::Tensor mean, variance;             // views of the running statistics
  int skip_from = -1;
  bool is_hidden = false;
};

struct Trace {
  std::vector<at::Tensor> layer_inputs;
  at::Tensor features;
};

struct LayerTensors {
  /// He-normal weights from `seed`, zero biases.
  LayerTensors(const NetworkConfig& config, const LayerSizes& sizes, std::uint64_t seed, const c10::Device& device);

  std::int64_t head_count() const;  ///< numbers of `head`, the last ones of `parameters`

  NetworkConfig config;
  std::vector<std::size_t> width;  ///< of inputs, hidden layers, output
  std::size_t n_head = 0;
  at::Tensor parameters, running;
  std::vector<Layer> layers;
  Layer head;  ///< reads what the output layer reads; its rows follow those of the output layer in the model

 private:
  bool normalized(std::size_t layer) const;
  std::int64_t parameter_count() const;
  std::int64_t running_count() const;
  at::Tensor leaf(std::int64_t& position, std::int64_t rows, std::int64_t columns);
  void build_layers();
  void initialize(std::uint64_t seed);
};

/// As a model file has them, the last one with the rows of the heads.
std::vector<Operation> operations_of(const LayerTensors& tensors);

// Tensors of any device and type as plain numbers. For .cpp files that use LibTorch.

inline std::vector<double> to_doubles(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kCPU, at::kDouble).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

inline std::vector<float> to_floats(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kCPU, at::kFloat).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

inline double mean(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace crbrt::trainer
