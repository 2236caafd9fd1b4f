// Applies the layers with ATen's own operators, or in the runtime's integers.
#include "trainer/network.h"

#include <ATen/ATen.h>

#include <optional>

#include "trainer/host_values.h"
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

struct Network::Impl {
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
      read.push_back(at::relu(layer.gamma.defined() ? normalize(layer, sum, mode) : sum));
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

Network::Network(const NetworkConfig& config, const LayerSizes& sizes, double trunk_gradient, std::uint64_t seed,
                 const c10::Device& device)
    : impl_(std::make_unique<Impl>(Impl{LayerTensors(config, sizes, seed, device), trunk_gradient, {}})) {}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;

at::Tensor& Network::parameters() { return impl_->tensors.parameters; }
at::Tensor& Network::running_statistics() { return impl_->tensors.running; }

std::int64_t Network::head_parameters() const { return impl_->tensors.head_count(); }

at::Tensor Network::forward(const at::Tensor& inputs, Mode mode) const { return impl_->features(impl_->trunk(inputs, mode)); }

at::Tensor Network::forward_heads(const at::Tensor& inputs, Mode mode) const {
  if (impl_->trunk_gradient > 0) return impl_->heads(impl_->trunk(inputs, mode));
  at::Tensor x;
  {
    const at::NoGradGuard no_gradient;
    x = impl_->trunk(inputs, mode);
  }
  return impl_->heads(x);
}

at::Tensor Network::forward_frozen(const at::Tensor& inputs) const {
  at::Tensor x, estimates;
  {
    const at::NoGradGuard no_gradient;
    x = impl_->trunk(inputs, Mode::inference);
    estimates = impl_->estimates(x);
  }
  return at::cat({estimates, impl_->heads(x)}, 1);
}

at::Tensor Network::forward_real(const at::Tensor& inputs) const { return trace(inputs).features; }

Trace Network::trace(const at::Tensor& inputs) const {
  Trace result{impl_->real_inputs(inputs, Mode::inference), {}};
  const Layer &last = impl_->tensors.layers.back(), &head = impl_->tensors.head;
  result.features = at::linear(result.layer_inputs.back(), last.weight, last.bias);
  if (impl_->tensors.n_head > 0)
    result.features = at::cat({result.features, at::linear(result.layer_inputs.back(), head.weight, head.bias)}, 1);
  return result;
}

void Network::set_integers(const IntegerPlan& plan) {
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

const IntegerPlan* Network::integers() const { return impl_->integers ? &impl_->integers->plan : nullptr; }

void Network::set_weights(const std::vector<PlainLayer>& layers) {
  const at::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto n_in = static_cast<std::int64_t>(layers[i].n_in);
    const at::Tensor weights = at::tensor(layers[i].weights, at::kFloat).view({-1, n_in}),
                     bias = at::tensor(layers[i].bias, at::kFloat);
    const Layer& to = impl_->tensors.layers[i];
    const std::int64_t n_own = to.bias.size(0), n_rest = bias.size(0) - n_own;
    to.weight.copy_(weights.narrow(0, 0, n_own));
    to.bias.copy_(bias.narrow(0, 0, n_own));
    if (n_rest == 0) continue;
    impl_->tensors.head.weight.copy_(weights.narrow(0, n_own, n_rest));
    impl_->tensors.head.bias.copy_(bias.narrow(0, n_own, n_rest));
  }
}

void Network::add_to_head_bias(const std::vector<float>& shift) {
  const at::NoGradGuard no_gradient;
  if (!shift.empty()) impl_->tensors.head.bias.add_(at::tensor(shift, at::kFloat).to(impl_->tensors.head.bias.device()));
}

std::vector<PlainLayer> Network::plain() const {
  const LayerTensors& tensors = impl_->tensors;
  std::vector<PlainLayer> result;
  for (std::size_t i = 0; i < tensors.layers.size(); ++i) {
    const Layer& layer = tensors.layers[i];
    PlainLayer out;
    out.n_in = tensors.width[i];
    out.n_out = tensors.width[i + 1];
    out.weights = to_vector(layer.weight);
    out.bias = to_vector(layer.bias);
    out.relu = layer.is_hidden;
    out.skip_from = layer.skip_from;
    if (layer.gamma.defined()) {
      out.normalization = {tensors.config.normalization,
                           tensors.config.n_group,
                           static_cast<float>(epsilon),
                           to_vector(layer.gamma),
                           to_vector(layer.beta),
                           {},
                           {}};
      if (layer.mean.defined()) {
        out.normalization.mean = to_vector(layer.mean);
        out.normalization.variance = to_vector(layer.variance);
      }
    }
    result.push_back(std::move(out));
  }
  if (tensors.n_head > 0) {
    PlainLayer& last = result.back();
    const std::vector<float> weights = to_vector(tensors.head.weight), bias = to_vector(tensors.head.bias);
    last.n_out += tensors.n_head;
    last.weights.insert(last.weights.end(), weights.begin(), weights.end());
    last.bias.insert(last.bias.end(), bias.begin(), bias.end());
  }
  return result;
}

namespace {

void append(const IntegerDense& layer, const Layer& real, IntegerLayer& to) {
  const at::Tensor weights = layer.integer_weights(real.weight), bias = layer.integer_bias(real.bias, weights);
  for (const double weight : to_doubles(weights.detach())) to.weights.push_back(static_cast<std::int16_t>(weight));
  for (const double value : to_doubles(bias.detach())) to.bias.push_back(static_cast<std::int32_t>(value));
}

}  // namespace

IntegerNetwork Network::integer_network() const {
  if (!impl_->integers) return {};
  const Integers& integers = *impl_->integers;
  IntegerNetwork result{integers.plan.input_factor, {}, {}};
  for (std::size_t i = 0; i < integers.layers.size(); ++i) {
    const LayerPlan& plan = integers.plan.layers[i];
    IntegerLayer layer{plan.in, plan.out, {}, {}, plan.requant};
    append(integers.layers[i], impl_->tensors.layers[i], layer);
    if (integers.head && i + 1 == integers.layers.size()) append(*integers.head, impl_->tensors.head, layer);
    result.layers.push_back(std::move(layer));
  }
  for (const double scale : integers.plan.layers.back().sum_scale) result.output_scale.push_back(static_cast<float>(scale));
  return result;
}

}  // namespace crbrt::trainer
