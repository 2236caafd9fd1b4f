// SPDX-License-Identifier: Apache-2.0
// The life of a run, and its steps: fresh noise, a pass, a step of Adam.
#include "trainer/training_run.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "trainer/finished_model.h"
#include "trainer/integer_calibration.h"
#include "trainer/layer_tensors.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

constexpr std::int64_t block_voxels = 32768;  // noise is drawn for so many voxels at once: they fit the cache

c10::Device best_device() { return torch::cuda::is_available() ? c10::Device(at::kCUDA) : c10::Device(at::kCPU); }

[[noreturn]] void throw_diverged(const std::string& why) {
  throw base::Error(base::exit_diverged,
                    "the training diverged: " + why + "; lower optimizer.learning_rate or set optimizer.max_gradient_norm");
}

std::size_t data_size(std::int64_t n) { return static_cast<std::size_t>(n); }

}  // namespace

Run::Run(const Config& config, const TrainingData& data, const TrainOptions& options)
    : config_(config),
      start_(options.start_model),
      teacher_(options.teacher),
      device_(best_device()),
      n_output_(static_cast<std::int64_t>(data.n_output)),
      snr_(data.snr),
      standardization_(measured_standardization(data)),
      training_(data, data.training, standardization_, device_),
      validation_(data, data.validation, standardization_, device_),
      network_(config.network, {2 * data.n_coeff, data.n_output, head_count(config)}, config.heads.trunk_gradient, config.seed,
               device_),
      adam_({network_.parameters()}, torch::optim::AdamOptions(config.learning_rate)),
      identity_(run_identity(config, data) + (teacher_ != nullptr ? teacher_->sha256() : "") +
                (start_ != nullptr ? start_->sha256 : "")) {
  if (start_ != nullptr) network_.set_weights(start_->operations);
  batch_ = std::min<std::int64_t>(static_cast<std::int64_t>(config.batch), static_cast<std::int64_t>(training_.size()));
  held_out_ = validation_.draw_fixed(config.seed, realisations(config));
  held_out_inputs_ = preprocess(held_out_.coefficients, config.preprocessing, standardization_);
}

CheckpointState Run::state() {
  return {standardization_, network_.parameters(), network_.running_statistics(), adam_, epoch_, history_, integer_plan_};
}

void Run::load(const std::string& path) {
  read_checkpoint(path, identity_, state());
  if (!config_.quantization.is_on()) return;
  IntegerPlan plan = empty_plan(config_.quantization, network_);
  read_numbers(integer_plan_, plan);
  network_.set_integers(plan);
}

/// Also measures the range of the noise, of the same draw.
Standardization Run::measured_standardization(const TrainingData& data) {
  Standardization result = standardize_targets(data);
  seed_generators(config_.seed, statistics_epoch);
  const NoisySource source(data, data.training, result, device_);
  const auto all = at::arange(static_cast<std::int64_t>(source.size()), at::TensorOptions().dtype(at::kLong).device(device_));
  const VoxelBatch voxels = source.draw(all, 1);
  standardize_inputs(normalize_coefficients(voxels.coefficients, config_.preprocessing), config_.preprocessing, result);
  noise_ = noise_range(voxels.log_noise);
  if (start_ == nullptr) return result;
  if (config_.heads.uncertainty) noise_ = start_->noise;
  return start_->standardization;
}

void Run::start_integers() {
  seed_generators(config_.seed, integer_epoch);
  const at::TensorOptions index = at::TensorOptions().dtype(at::kLong).device(device_);
  const VoxelBatch voxels =
      training_.draw(at::randint(static_cast<std::int64_t>(training_.size()),
                                 {static_cast<std::int64_t>(config_.quantization.calibration_voxels)}, index),
                     1);
  const at::Tensor inputs = preprocess(voxels.coefficients, config_.preprocessing, standardization_);
  IntegerPlan plan;
  if (start_ != nullptr && start_->integers) {
    Continued from = continued(*start_->integers, network_, inputs);
    network_.set_weights(from.real);
    plan = std::move(from.plan);
  } else {
    plan = choose_plan(config_.quantization, network_, inputs, voxels.weights);
  }
  integer_plan_ = numbers_of(plan);
  network_.set_integers(plan);
  training_loss_ = std::numeric_limits<double>::quiet_NaN();
  validate();
}

void Run::run_epoch() {
  seed_generators(config_.seed, epoch_);
  const auto n = static_cast<std::int64_t>(training_.size());
  const std::int64_t n_step = n / batch_;  // what does not fill a batch waits for another epoch's order
  const std::int64_t step_voxels = batch_ * static_cast<std::int64_t>(realisations(config_));
  const std::int64_t steps_per_block = std::max<std::int64_t>(1, block_voxels / step_voxels);
  const at::Tensor order = at::randperm(n, at::TensorOptions().dtype(at::kLong).device(device_));
  at::Tensor loss_sum = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(device_));
  for (std::int64_t step = 0; step < n_step; step += steps_per_block)
    run_block(order, step, std::min(step + steps_per_block, n_step), n_step, loss_sum);
  training_loss_ = loss_sum.item<double>() / static_cast<double>(n_step);
  ++epoch_;
  if (!std::isfinite(training_loss_)) throw_diverged("the loss is not finite in epoch " + std::to_string(epoch_));
  if (epoch_ % config_.validation.every_epochs == 0 || epoch_ == config_.epochs || epoch_ == 1) validate();
}

void Run::run_block(const at::Tensor& order, std::int64_t first_step, std::int64_t end_step, std::int64_t n_step,
                    at::Tensor& loss_sum) {
  const auto repeats = static_cast<std::int64_t>(realisations(config_));
  const VoxelBatch block =
      training_.draw(order.narrow(0, first_step * batch_, (end_step - first_step) * batch_), data_size(repeats));
  // The heads go on learning from the truth.
  const at::Tensor targets =
      teacher_ != nullptr ? mixed_targets(block, *teacher_, config_.distillation.share, standardization_) : block.targets;
  const at::Tensor inputs = preprocess(block.coefficients, config_.preprocessing, standardization_);
  const at::Tensor unlike = config_.heads.atypicality ? unlike_inputs(block.coefficients, material()) : at::Tensor();
  const std::int64_t voxels = batch_ * repeats, n_unlike = unlike.defined() ? unlike.size(0) / (end_step - first_step) : 0;
  if (dense_pass_ == nullptr) dense_pass_ = network_.dense_pass();
  for (std::int64_t step = first_step; step < end_step; ++step) {
    const std::int64_t index = step - first_step;
    const StepFeatures features = forward(inputs.narrow(0, index * voxels, voxels),
                                          n_unlike > 0 ? unlike.narrow(0, index * n_unlike, n_unlike) : at::Tensor());
    const VoxelBatch batch = block.rows(index * voxels, voxels);
    const at::Tensor loss =
        loss_per_output(config_, standardization_,
                        {estimates_of(features.of_voxels), targets.narrow(0, index * voxels, voxels), batch.weights})
            .mean();
    at::Tensor total = loss;
    if (head_count(config_) > 0) total = loss + head_loss(material(), features.of_voxels, batch, features.of_unlike);
    const double progress = static_cast<double>(epoch_) + static_cast<double>(step) / static_cast<double>(n_step);
    update(total, learning_rate_at(config_, progress));
    loss_sum += loss.detach();
  }
}

Run::StepFeatures Run::forward(const at::Tensor& inputs, const at::Tensor& unlike) {
  if (dense_pass_ == nullptr)
    return {network_.forward(inputs, Mode::training),
            unlike.defined() ? network_.forward_heads(unlike, Mode::inference) : at::Tensor()};
  if (!unlike.defined()) return {dense_pass_->forward(inputs), {}};
  const at::Tensor all = dense_pass_->forward(at::cat({inputs, unlike}));
  return {all.narrow(0, 0, inputs.size(0)), heads_of(all.narrow(0, inputs.size(0), unlike.size(0)))};
}

void Run::update(const at::Tensor& loss, double learning_rate) {
  at::Tensor& gradient = network_.parameters().mutable_grad();
  gradient.zero_();
  loss.backward();
  if (dense_pass_ != nullptr) dense_pass_->backward();
  const at::NoGradGuard no_gradient;
  if (config_.max_gradient_norm > 0) {
    const std::int64_t n_head = network_.head_parameters(), n_shared = gradient.numel() - n_head;
    clip_gradient(gradient.narrow(0, 0, n_shared), config_.max_gradient_norm);
    if (n_head > 0) clip_gradient(gradient.narrow(0, n_shared, n_head), config_.max_gradient_norm);
  }
  set_learning_rate(adam_, learning_rate);
  adam_.step();
}

namespace {

void start(Run& run, const Config& config, const TrainOptions& options) {
  if (options.resume) {
    run.load(options.checkpoint_path);
    return;
  }
  if (!options.start_path.empty()) run.start(options.start_path);
  if (config.quantization.is_on()) run.start_integers();
}

}  // namespace

TrainResult train(const Config& config, const TrainingData& data, const TrainOptions& options) {
  using Clock = std::chrono::steady_clock;
  at::set_num_threads(options.n_thread);
  Run run(config, data, options);
  start(run, config, options);
  auto last_checkpoint = Clock::now();
  bool stopped = false;
  while (run.epoch() < config.epochs && !stopped) {
    run.run_epoch();
    stopped = options.stop_requested && options.stop_requested();
    const bool is_due = std::chrono::duration<double>(Clock::now() - last_checkpoint).count() >= options.checkpoint_every_s;
    if (!options.checkpoint_path.empty() && (is_due || stopped || run.epoch() == config.epochs)) {
      run.save(options.checkpoint_path);
      last_checkpoint = Clock::now();
    }
    if (options.progress) options.progress(run.epoch(), run.history().back());
  }
  const bool finished = run.epoch() == config.epochs;
  if (const std::string why = finished ? run.why_diverged() : ""; !why.empty()) throw_diverged(why);
  return {finished, run.result()};
}

}  // namespace crbrt::trainer
