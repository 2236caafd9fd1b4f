// SPDX-License-Identifier: Apache-2.0
// Steps of a forward training: a pass through the layers by LibTorch, the head by our own loops, a step of each optimiser.
#include "trainer/forward/forward_run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "trainer/forward/forward_tensors.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

// First weights, beside those of LayerTensors.
constexpr double first_bias = 0.5, first_output = 0.4;
constexpr std::size_t start_epoch = std::size_t{1} << 40;  // of the generators: no epoch has this number

/// Root of the mean square.
float size_of_targets(const ForwardSamples& samples) {
  double squares = 0;
  for (const float x : samples.targets) squares += double{x} * x / static_cast<double>(samples.targets.size());
  return static_cast<float>(std::sqrt(squares));
}

}  // namespace

ForwardRun::Tensors ForwardRun::tensors_of(const ForwardSamples& samples, const ForwardData& data) {
  const std::size_t n = samples.n, n_all = n * data.n_wanted, n_part = 2 * data.n_coeff;
  return {rows_of(samples.features, n, data.n_feature),
          rows_of(samples.targets, n, n_part),
          rows_of(samples.directions, n, data.n_wanted * n_part),
          rows_of(samples.place, n, 1),
          rows_of(samples.feature_tangents, n_all, data.n_feature),
          rows_of(samples.target_tangents, n_all, n_part),
          rows_of(samples.place_tangents, n_all, 1)};
}

ForwardRun::ForwardRun(const ForwardConfig& config, const ForwardData& data, const ForwardOptions& options)
    : config_(config),
      data_(data),
      options_(options),
      shape_{2 * data.n_coeff,
             config.table ? config.table->rank : 2 * data.n_coeff,
             data.n_wanted,
             config.table ? config.table->intervals : 0,
             config.residual_weight,
             config.derivative_weight,
             config.table ? 1.0f : size_of_targets(data.training)},
      layers_(config.common.network, {data.n_feature, shape_.n_latent, 0}, config.common.seed, at::kCPU),
      pass_(layers_),
      training_(tensors_of(data.training, data)),
      validation_(tensors_of(data.validation, data)),
      draw_(data.training.n, config.loss_draws),
      identity_(forward_identity(config, data)) {
  const at::NoGradGuard no_gradient;
  seed_generators(config.common.seed, start_epoch);
  std::vector<at::Tensor> like;
  for (const Layer& layer : layers_.layers) {
    if (layer.is_hidden)
      layer.bias.normal_(0, first_bias);
    else
      layer.weight.mul_(first_output);
    like.push_back(at::cat({layer.weight, layer.bias.unsqueeze(1)}, 1));
  }
  soap_ = std::make_unique<Soap>(like);
}

void ForwardRun::run_epoch() {
  seed_generators(config_.common.seed, epoch_);
  const std::int64_t n = training_.features.size(0), batch = std::min<std::int64_t>(size_of(config_.common.batch), n);
  const std::int64_t n_step = n / batch;  // what does not fill a batch waits for another epoch's order
  const at::TensorOptions index = at::TensorOptions().dtype(at::kLong);
  const at::Tensor shuffle = at::randperm(n, index), wanted = at::randint(size_of(shape_.n_wanted), {n_step}, index);
  const DrawnRows drawn = draw_.draw(at::rand({1}, at::kDouble).item<double>());
  const at::Tensor order = at::from_blob(const_cast<std::int64_t*>(drawn.rows.data()), {n}, index).index_select(0, shuffle),
                   weights = rows_of(drawn.weights, drawn.weights.size(), 1).index_select(0, shuffle);
  double sum = 0;
  for (std::int64_t step = 0; step < n_step; ++step) {
    at::Tensor rows = order.narrow(0, step * batch, batch), weight = weights.narrow(0, step * batch, batch);
    // Neighbours in the table one after the other: its memory is read once.
    if (table() != nullptr) {
      const at::Tensor by_place = training_.place.index_select(0, rows).view({-1}).argsort();
      rows = rows.index_select(0, by_place);
      weight = weight.index_select(0, by_place);
    }
    const double progress = static_cast<double>(epoch_) + static_cast<double>(step) / static_cast<double>(n_step);
    sum += run_step(rows, weight, static_cast<std::size_t>(wanted[step].item<std::int64_t>()),
                    learning_rate_at(config_.common, progress));
  }
  training_loss_ = sum / static_cast<double>(n_step);
  ++epoch_;
  if (!std::isfinite(training_loss_))
    throw base::Error(base::exit_diverged, "the training diverged: the loss is not finite in epoch " + std::to_string(epoch_) +
                                               "; lower optimizer.learning_rate");
  const Config& common = config_.common;
  if (epoch_ % common.validation.every_epochs == 0 || epoch_ == common.epochs || epoch_ == 1) validate();
}

/// `wanted` is the unknown along whose tissues derivatives are compared. Returns the loss.
double ForwardRun::run_step(const at::Tensor& rows, const at::Tensor& weights, std::size_t wanted, double rate) {
  const auto taken = [&](const at::Tensor& t) { return t.defined() ? t.index_select(0, rows) : at::Tensor(); };
  const at::Tensor of_wanted = rows + size_of(wanted * data_.training.n);
  const auto taken_of_wanted = [&](const at::Tensor& t) { return t.defined() ? t.index_select(0, of_wanted) : at::Tensor(); };
  const at::Tensor targets = taken(training_.targets), directions = taken(training_.directions), place = taken(training_.place);
  const at::Tensor tangents = taken_of_wanted(training_.feature_tangents),
                   target_tangents = taken_of_wanted(training_.target_tangents),
                   place_tangents = taken_of_wanted(training_.place_tangents);
  const at::Tensor latent = pass_.forward(taken(training_.features), tangents);
  at::Tensor gradient = at::empty_like(latent);
  const std::size_t n = static_cast<std::size_t>(rows.size(0)), second = n * shape_.n_latent;
  std::vector<float> losses(n);
  HeadResults results{.latent_gradient = gradient.data_ptr<float>(),
                      .latent_tangent_gradient = tangents.defined() ? gradient.data_ptr<float>() + second : nullptr,
                      .losses = losses.data()};
  run_head(shape_,
           {n, table(), data_of(place), data_of(latent), data_of(targets), data_of(directions), data_of(weights),
            data_of(place_tangents), tangents.defined() ? data_of(latent) + second : nullptr, data_of(target_tangents)},
           results, space_);
  for (std::size_t i = 0; i < n; ++i) draw_.remember(rows.data_ptr<std::int64_t>()[i], losses[i]);
  const std::vector<at::Tensor> steps = soap_->step(pass_.backward(gradient));
  const at::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Layer& layer = layers_.layers[i];
    const std::int64_t n_in = layer.weight.size(1);
    layer.weight.sub_(steps[i].narrow(1, 0, n_in), rate);
    layer.bias.sub_(steps[i].select(1, n_in), rate);
  }
  return results.loss;
}

namespace {

TrainedForward finished(ForwardRun& run, const ForwardConfig& config) {
  if (run.epoch() == config.common.epochs)
    if (const std::string why = run.why_diverged(); !why.empty())
      throw base::Error(base::exit_diverged, "the training diverged: " + why + "; lower optimizer.learning_rate");
  return run.result();
}

}  // namespace

TrainedForward train_forward(const ForwardConfig& config, const ForwardData& data, const ForwardOptions& options) {
  using Clock = std::chrono::steady_clock;
  at::set_num_threads(options.n_thread);
  ForwardRun run(config, data, options);
  if (options.resume)
    run.load(options.checkpoint_path);
  else if (!options.start_path.empty())
    run.start(options.start_path);
  auto last_checkpoint = Clock::now();
  bool stopped = false;
  while (run.epoch() < config.common.epochs && !stopped) {
    run.run_epoch();
    stopped = options.stop_requested && options.stop_requested();
    const bool is_due = std::chrono::duration<double>(Clock::now() - last_checkpoint).count() >= options.checkpoint_every_s;
    if (!options.checkpoint_path.empty() && (is_due || stopped || run.epoch() == config.common.epochs)) {
      run.save(options.checkpoint_path);
      last_checkpoint = Clock::now();
    }
    if (options.progress) options.progress(run.epoch(), run.history().back());
  }
  return finished(run, config);
}

}  // namespace crbrt::trainer
