// Lays the layers' weights out as views of one flat tensor and applies them with ATen's own operators.
#include "trainer/network.h"

#include <ATen/ATen.h>

#include <cmath>

#include "physics/counter_random.h"

namespace crbrt::trainer {
namespace {

constexpr double epsilon = 1e-5;          // normalisation, as in the paper's framework
constexpr double running_momentum = 0.1;  // batch statistics

struct Layer {
  at::Tensor weight, bias, gamma, beta;  // leaves that share memory with the flat parameters
  at::Tensor mean, variance;             // views of the running statistics
  int skip_from = -1;
  bool is_hidden = false;
};

std::vector<float> to_vector(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* data = plain.data_ptr<float>();
  return {data, data + plain.numel()};
}

}  // namespace

struct Network::Impl {
  NetworkConfig config;
  std::vector<std::size_t> width;  // of inputs, hidden layers, output
  std::size_t n_head = 0;
  double trunk_gradient = 0;
  at::Tensor parameters, running;
  std::vector<Layer> layers;
  Layer head;  // reads what the output layer reads; its rows follow those of the output layer in the model

  bool normalized(std::size_t layer) const {
    return config.normalization != Normalization::none && layer < config.hidden.size();
  }

  std::int64_t parameter_count() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < width.size(); ++i) count += width[i + 1] * (width[i] + 1 + (normalized(i) ? 2 : 0));
    return static_cast<std::int64_t>(count) + head_count();
  }

  std::int64_t head_count() const { return static_cast<std::int64_t>(n_head * (width[width.size() - 2] + 1)); }

  std::int64_t running_count() const {
    std::size_t count = 0;
    if (config.normalization == Normalization::batch)
      for (std::size_t w : config.hidden) count += 2 * w;
    return static_cast<std::int64_t>(count);
  }

  /// The next `rows` x `columns` (or `rows`) numbers of the parameters as a leaf whose gradient lands in the flat gradient.
  at::Tensor leaf(std::int64_t& position, std::int64_t rows, std::int64_t columns) {
    const std::int64_t size = rows * (columns > 0 ? columns : 1);
    const auto shape = columns > 0 ? std::vector<std::int64_t>{rows, columns} : std::vector<std::int64_t>{rows};
    at::Tensor view = parameters.detach().narrow(0, position, size).view(shape).requires_grad_(true);
    view.mutable_grad() = parameters.grad().narrow(0, position, size).view(shape);
    position += size;
    return view;
  }

  void build_layers() {
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

  void initialize(std::uint64_t seed) {
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

  at::Tensor normalize(const Layer& layer, const at::Tensor& x, Mode mode) const {
    if (config.normalization == Normalization::group)
      return at::group_norm(x, static_cast<std::int64_t>(config.n_group), layer.gamma, layer.beta, epsilon);
    return at::batch_norm(x, layer.gamma, layer.beta, layer.mean, layer.variance, mode == Mode::training, running_momentum,
                          epsilon, false);
  }

  /// What the last layer reads.
  at::Tensor trunk(const at::Tensor& inputs, Mode mode) const {
    std::vector<at::Tensor> sums;  // of each layer before normalisation: what a skip adds
    at::Tensor x = inputs;
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      const Layer& layer = layers[i];
      at::Tensor sum = at::linear(x, layer.weight, layer.bias);
      if (layer.skip_from >= 0) sum = sum + sums[static_cast<std::size_t>(layer.skip_from)];
      sums.push_back(sum);
      x = at::relu(layer.gamma.defined() ? normalize(layer, sum, mode) : sum);
    }
    return x;
  }

  at::Tensor heads(const at::Tensor& x) const {
    const at::Tensor shared = trunk_gradient > 0 ? x * trunk_gradient + x.detach() * (1 - trunk_gradient) : x.detach();
    return at::linear(shared, head.weight, head.bias);
  }
};

Network::Network(const NetworkConfig& config, const LayerSizes& sizes, double trunk_gradient, std::uint64_t seed,
                 const c10::Device& device)
    : impl_(std::make_unique<Impl>()) {
  impl_->config = config;
  impl_->n_head = sizes.n_head;
  impl_->trunk_gradient = trunk_gradient;
  impl_->width.push_back(sizes.n_in);
  impl_->width.insert(impl_->width.end(), config.hidden.begin(), config.hidden.end());
  impl_->width.push_back(sizes.n_out);
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  impl_->parameters = at::zeros({impl_->parameter_count()}, options);
  impl_->parameters.mutable_grad() = at::zeros_like(impl_->parameters);
  impl_->running = at::zeros({impl_->running_count()}, options);
  impl_->build_layers();
  impl_->initialize(seed);
}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;

at::Tensor& Network::parameters() { return impl_->parameters; }
at::Tensor& Network::running_statistics() { return impl_->running; }

std::int64_t Network::head_parameters() const { return impl_->head_count(); }

at::Tensor Network::forward(const at::Tensor& inputs, Mode mode) const {
  const at::Tensor x = impl_->trunk(inputs, mode);
  const at::Tensor estimates = at::linear(x, impl_->layers.back().weight, impl_->layers.back().bias);
  return impl_->n_head > 0 ? at::cat({estimates, impl_->heads(x)}, 1) : estimates;
}

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
    estimates = at::linear(x, impl_->layers.back().weight, impl_->layers.back().bias);
  }
  return at::cat({estimates, impl_->heads(x)}, 1);
}

std::vector<PlainLayer> Network::plain() const {
  std::vector<PlainLayer> result;
  for (std::size_t i = 0; i < impl_->layers.size(); ++i) {
    const Layer& layer = impl_->layers[i];
    PlainLayer out;
    out.n_in = impl_->width[i];
    out.n_out = impl_->width[i + 1];
    out.weights = to_vector(layer.weight);
    out.bias = to_vector(layer.bias);
    out.relu = layer.is_hidden;
    out.skip_from = layer.skip_from;
    if (layer.gamma.defined()) {
      out.normalization = {impl_->config.normalization,
                           impl_->config.n_group,
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
  if (impl_->n_head > 0) {
    PlainLayer& last = result.back();
    const std::vector<float> weights = to_vector(impl_->head.weight), bias = to_vector(impl_->head.bias);
    last.n_out += impl_->n_head;
    last.weights.insert(last.weights.end(), weights.begin(), weights.end());
    last.bias.insert(last.bias.end(), bias.begin(), bias.end());
  }
  return result;
}

}  // namespace crbrt::trainer
