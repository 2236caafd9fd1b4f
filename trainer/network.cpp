// SPDX-License-Identifier: Apache-2.0
// Applies the layers with ATen's own operators, or in the runtime's integers.
#include "trainer/network.h"

#include <ATen/ATen.h>

#include <optional>

#include "trainer/dense_pass.h"
#include "trainer/integer_dense.h"
#include "trainer/layer_tensors.h"

namespace crbrt::trainer {
namespace {

constexpr double epsilon = 1e-5;          // normalisation, as in the framework of [paper]
constexpr double running_momentum = 0.1;  // batch statistics

std::vector<float> to_vector(const at::Tensor& tensor) { return to_floats(tensor.detach()); }

/// Layers in integers.
struct Integers {
  IntegerPlan plan;
  at::Tensor input_factor;
  std::vector<IntegerDense> layers;  // the last one: estimates
  std::optional<IntegerDense> head;
};

}  // namespace

struct TrainableNetwork::Impl {
  LayerTensors tensors;
  double trunk_gradient = 0;
  std::optional<Integers> integers;

  at::Tensor normalize(const Layer& layer, const at::Tensor& x, Mode mode) const {
    const NetworkConfig& config = tensors.config;
    if (config.normalization == Normalization::group)
      return at::group_norm(x, static_cast<std::int64_t>(config.n_group), layer.gamma, layer.beta, epsilon);
    return at::batch_norm(x, layer.gamma, layer.beta, layer.mean, layer.variance, mode == Mode::training, running_momentum,
                          epsilon, false);
  }

  /// What each layer reads, the last one last.
  std::vector<at::Tensor> real_inputs(const at::Tensor& inputs, Mode mode) const {
    std::vector<at::Tensor> sums;  // of each layer before normalisation: what a skip adds
    std::vector<at::Tensor> read{inputs};
    for (std::size_t i = 0; i + 1 < tensors.layers.size(); ++i) {
      const Layer& layer = tensors.layers[i];
      at::Tensor sum = at::linear(read.back(), layer.weight, layer.bias);
      if (layer.skip_from >= 0) sum = sum + sums[static_cast<std::size_t>(layer.skip_from)];
      sums.push_back(sum);
      read.push_back(tensors.config.activation(layer.gamma.defined() ? normalize(layer, sum, mode) : sum));
    }
    return read;
  }

  /// What the last layer reads.
  at::Tensor trunk(const at::Tensor& inputs, Mode mode) const {
    if (!integers) return real_inputs(inputs, mode).back();
    at::Tensor x = quantized(inputs, integers->input_factor);
    for (std::size_t i = 0; i + 1 < tensors.layers.size(); ++i)
      x = integers->layers[i].forward(x, tensors.layers[i].weight, tensors.layers[i].bias, 1);
    return x;
  }

  at::Tensor estimates(const at::Tensor& x) const {
    const Layer& layer = tensors.layers.back();
    return integers ? integers->layers.back().forward(x, layer.weight, layer.bias, 1) : at::linear(x, layer.weight, layer.bias);
  }

  at::Tensor heads(const at::Tensor& x) const {
    const Layer& head = tensors.head;
    if (integers) return integers->head->forward(x, head.weight, head.bias, trunk_gradient);
    const at::Tensor shared = trunk_gradient > 0 ? x * trunk_gradient + x.detach() * (1 - trunk_gradient) : x.detach();
    return at::linear(shared, head.weight, head.bias);
  }

  at::Tensor features(const at::Tensor& x) const {
    return tensors.n_head > 0 ? at::cat({estimates(x), heads(x)}, 1) : estimates(x);
  }
};

TrainableNetwork::TrainableNetwork(const NetworkConfig& config, const LayerSizes& sizes, double trunk_gradient,
                                   std::uint64_t seed, const c10::Device& device)
    : impl_(std::make_unique<Impl>(Impl{LayerTensors(config, sizes, seed, device), trunk_gradient, {}})) {}

TrainableNetwork::~TrainableNetwork() = default;
TrainableNetwork::TrainableNetwork(TrainableNetwork&&) noexcept = default;

at::Tensor& TrainableNetwork::parameters() { return impl_->tensors.parameters; }
at::Tensor& TrainableNetwork::running_statistics() { return impl_->tensors.running; }

std::int64_t TrainableNetwork::head_parameters() const { return impl_->tensors.head_count(); }

at::Tensor TrainableNetwork::forward(const at::Tensor& inputs, Mode mode) const {
  return impl_->features(impl_->trunk(inputs, mode));
}

at::Tensor TrainableNetwork::forward_heads(const at::Tensor& inputs, Mode mode) const {
  if (impl_->trunk_gradient > 0) return impl_->heads(impl_->trunk(inputs, mode));
  at::Tensor x;
  {
    const at::NoGradGuard no_gradient;
    x = impl_->trunk(inputs, mode);
  }
  return impl_->heads(x);
}

at::Tensor TrainableNetwork::forward_frozen(const at::Tensor& inputs) const {
  at::Tensor x, estimates;
  {
    const at::NoGradGuard no_gradient;
    x = impl_->trunk(inputs, Mode::inference);
    estimates = impl_->estimates(x);
  }
  return at::cat({estimates, impl_->heads(x)}, 1);
}

at::Tensor TrainableNetwork::forward_real(const at::Tensor& inputs) const { return trace(inputs).features; }

Trace TrainableNetwork::trace(const at::Tensor& inputs) const {
  Trace result{impl_->real_inputs(inputs, Mode::inference), {}};
  const Layer &last = impl_->tensors.layers.back(), &head = impl_->tensors.head;
  result.features = at::linear(result.layer_inputs.back(), last.weight, last.bias);
  if (impl_->tensors.n_head > 0)
    result.features = at::cat({result.features, at::linear(result.layer_inputs.back(), head.weight, head.bias)}, 1);
  return result;
}

std::unique_ptr<DensePass> TrainableNetwork::dense_pass() const {
  if (impl_->integers || !DensePass::can_differentiate(impl_->tensors.config)) return nullptr;
  return std::make_unique<DensePass>(impl_->tensors, impl_->trunk_gradient);
}

void TrainableNetwork::set_integers(const IntegerPlan& plan) {
  const LayerTensors& tensors = impl_->tensors;
  const c10::Device device = tensors.parameters.device();
  Integers integers{plan, at::tensor(plan.input_factor, at::kFloat).to(device), {}, {}};
  for (std::size_t i = 0; i < plan.layers.size(); ++i)
    integers.layers.emplace_back(plan.layers[i], 0, static_cast<std::int64_t>(tensors.width[i + 1]), device);
  if (tensors.n_head > 0)
    integers.head.emplace(plan.layers.back(), static_cast<std::int64_t>(tensors.width.back()),
                          static_cast<std::int64_t>(tensors.n_head), device);
  impl_->integers = std::move(integers);
}

const IntegerPlan* TrainableNetwork::integers() const { return impl_->integers ? &impl_->integers->plan : nullptr; }

void TrainableNetwork::set_weights(const std::vector<Operation>& operations) {
  const at::NoGradGuard no_gradient;
  std::size_t i = 0;
  for (const Operation& op : operations) {
    if (op.kind != OperationKind::dense) continue;
    const at::Tensor weights = at::tensor(op.weights, at::kFloat).view({-1, static_cast<std::int64_t>(op.n_in)}),
                     bias = at::tensor(op.bias, at::kFloat);
    const Layer& to = impl_->tensors.layers[i++];
    const std::int64_t n_own = to.bias.size(0), n_rest = bias.size(0) - n_own;
    to.weight.copy_(weights.narrow(0, 0, n_own));
    to.bias.copy_(bias.narrow(0, 0, n_own));
    if (n_rest == 0) continue;
    impl_->tensors.head.weight.copy_(weights.narrow(0, n_own, n_rest));
    impl_->tensors.head.bias.copy_(bias.narrow(0, n_own, n_rest));
  }
}

void TrainableNetwork::add_to_head_bias(const std::vector<float>& shift) {
  const at::NoGradGuard no_gradient;
  if (!shift.empty()) impl_->tensors.head.bias.add_(at::tensor(shift, at::kFloat).to(impl_->tensors.head.bias.device()));
}

namespace {

void append(std::vector<float>& to, const at::Tensor& tensor) {
  const std::vector<float> numbers = to_vector(tensor);
  to.insert(to.end(), numbers.begin(), numbers.end());
}

/// The next operation of a layer, which reads what the last one wrote.
Operation next_operation(const std::vector<Operation>& before, OperationKind kind, std::size_t n_in, std::size_t n_out) {
  Operation op;
  op.kind = kind;
  op.in = before.size();
  op.n_in = static_cast<std::uint32_t>(n_in);
  op.n_out = static_cast<std::uint32_t>(n_out);
  return op;
}

Operation normalization(const Layer& layer, const NetworkConfig& config, const std::vector<Operation>& before,
                        std::size_t width) {
  const bool is_batch = config.normalization == Normalization::batch;
  Operation op = next_operation(before, is_batch ? OperationKind::batch_norm : OperationKind::group_norm, width, width);
  op.n_group = static_cast<std::uint32_t>(config.n_group);
  op.epsilon = static_cast<float>(epsilon);
  op.weights = to_vector(layer.gamma);
  op.bias = to_vector(layer.beta);
  if (is_batch) {
    op.mean = to_vector(layer.mean);
    op.variance = to_vector(layer.variance);
  }
  return op;
}

}  // namespace

std::vector<Operation> TrainableNetwork::operations() const { return operations_of(impl_->tensors); }

std::vector<Operation> operations_of(const LayerTensors& tensors) {
  std::vector<Operation> result;
  std::vector<std::size_t> sums;  // of each layer: the value that its dense operation writes
  for (std::size_t i = 0; i < tensors.layers.size(); ++i) {
    const Layer& layer = tensors.layers[i];
    const std::size_t first = result.size(), width = tensors.width[i + 1];
    Operation dense = next_operation(result, OperationKind::dense, tensors.width[i], width);
    dense.weights = to_vector(layer.weight);
    dense.bias = to_vector(layer.bias);
    if (layer.skip_from >= 0) dense.add = sums[static_cast<std::size_t>(layer.skip_from)];
    result.push_back(std::move(dense));
    sums.push_back(result.size());
    if (layer.gamma.defined()) result.push_back(normalization(layer, tensors.config, result, width));
    if (layer.is_hidden) {
      const Activation& activation = tensors.config.activation;
      result.push_back(next_operation(result, activation.kind, width, width));
      activation.describe(result.back());
    }
    for (std::size_t k = first; k < result.size(); ++k) result[k].layer = layer_name(tensors.config, i);
  }
  if (tensors.n_head > 0) {
    Operation& last = result.back();
    last.n_out += static_cast<std::uint32_t>(tensors.n_head);
    append(last.weights, tensors.head.weight);
    append(last.bias, tensors.head.bias);
  }
  return result;
}

namespace {

void append(const IntegerDense& layer, const Layer& real, IntegerOperation& to) {
  const at::Tensor weights = layer.integer_weights(real.weight), bias = layer.integer_bias(real.bias, weights);
  for (const double weight : to_doubles(weights.detach()))
    if (layer.in == Number::u8)
      to.weights_s8.push_back(static_cast<std::int8_t>(weight));
    else
      to.weights_s16.push_back(static_cast<std::int16_t>(weight));
  for (const double value : to_doubles(bias.detach())) to.bias.push_back(static_cast<std::int32_t>(value));
}

}  // namespace

std::optional<IntegerForm> TrainableNetwork::integer_form() const {
  if (!impl_->integers) return std::nullopt;
  const Integers& integers = *impl_->integers;
  IntegerForm form;
  form.input_scale = integers.plan.input_factor;
  for (std::size_t i = 0; i < integers.layers.size(); ++i) {
    const LayerPlan& plan = integers.plan.layers[i];
    IntegerOperation op;
    op.out = plan.out;
    append(integers.layers[i], impl_->tensors.layers[i], op);
    if (integers.head && i + 1 == integers.layers.size()) append(*integers.head, impl_->tensors.head, op);
    for (const Requant& r : plan.requant) {
      op.shift.push_back(static_cast<std::uint8_t>(r.shift));
      op.multiplier.push_back(static_cast<std::int16_t>(r.multiplier));
    }
    form.operations.push_back(std::move(op));
  }
  for (const double scale : integers.plan.layers.back().sum_scale) form.output_scale.push_back(static_cast<float>(scale));
  return form;
}

}  // namespace crbrt::trainer
