// One Run owns the network, the optimiser and the sources of noisy voxels; train() is its life.
#include "trainer/train.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "physics/counter_random.h"
#include "tools/cli/error.h"
#include "trainer/checkpoint.h"
#include "trainer/loss.h"
#include "trainer/network.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

constexpr std::int64_t block_voxels = 32768;                   // noise is drawn for so many voxels at once: they fit the cache
constexpr std::int64_t n_check_voxel = 256;                    // compared between LibTorch and the exported model
constexpr std::uint64_t statistics_epoch = ~std::uint64_t{0};  // the draw that measures the standardisation

/// LibTorch's generators become a function of seed and epoch, so that a checkpoint need not hold their state.
void seed_generators(std::uint64_t seed, std::uint64_t epoch) {
  physics::CounterRandom random(seed, physics::Stream::training_noise, epoch);
  const std::uint64_t high = random.bits();
  torch::manual_seed(high << 32 | random.bits());
}

c10::Device best_device() { return torch::cuda::is_available() ? c10::Device(at::kCUDA) : c10::Device(at::kCPU); }

std::vector<double> to_doubles(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kCPU, at::kDouble).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

std::vector<float> to_floats(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kCPU, at::kFloat).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

class Run {
 public:
  Run(const Config& config, const TrainingData& data)
      : config_(config),
        device_(best_device()),
        standardization_(measured_standardization(data)),
        training_(data, data.training, standardization_, device_),
        validation_(data, data.validation, standardization_, device_),
        network_(config.network, 2 * data.n_coeff, data.n_output, config.seed, device_),
        adam_({network_.parameters()}, torch::optim::AdamOptions(config.learning_rate)),
        identity_(run_identity(config, data)) {
    batch_ = std::min<std::int64_t>(static_cast<std::int64_t>(config.batch), static_cast<std::int64_t>(training_.size()));
    at::Tensor coefficients;
    validation_.draw_fixed(config.seed, coefficients, validation_targets_, validation_weights_);
    validation_inputs_ = preprocess(coefficients, config.preprocessing, standardization_);
    check_coefficients_ = coefficients.narrow(0, 0, std::min(n_check_voxel, coefficients.size(0)));
  }

  std::size_t epoch() const { return epoch_; }
  const History& history() const { return history_; }

  void load(const std::string& path) { read_checkpoint(path, identity_, state()); }
  void save(const std::string& path) { write_checkpoint(path, identity_, state()); }

  void run_epoch() {
    seed_generators(config_.seed, epoch_);
    const auto n = static_cast<std::int64_t>(training_.size());
    const std::int64_t n_step = n / batch_;  // what does not fill a batch waits for another epoch's order
    const std::int64_t steps_per_block = std::max<std::int64_t>(1, block_voxels / batch_);
    const at::Tensor order = at::randperm(n, at::TensorOptions().dtype(at::kLong).device(device_));
    at::Tensor loss_sum = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(device_));
    for (std::int64_t step = 0; step < n_step; step += steps_per_block)
      run_block(order, step, std::min(step + steps_per_block, n_step), n_step, loss_sum);
    training_loss_ = loss_sum.item<double>() / static_cast<double>(n_step);
    ++epoch_;
    if (!std::isfinite(training_loss_))
      throw cli::Error(cli::exit_internal, "the loss is not finite in epoch " + std::to_string(epoch_) +
                                               ": lower optimizer.learning_rate or set optimizer.max_gradient_norm");
    if (epoch_ % config_.validation.every_epochs == 0 || epoch_ == config_.epochs || epoch_ == 1) validate();
  }

  TrainedNetwork result() {
    TrainedNetwork out{network_.plain(), standardization_, epoch_, history_, 0, {}, {}};
    out.crb_loss_per_output = validation_losses(LossKind::crb);
    out.crb_loss = mean(out.crb_loss_per_output);
    const at::NoGradGuard no_gradient;
    const at::Tensor inputs = preprocess(check_coefficients_, config_.preprocessing, standardization_);
    const auto options = at::TensorOptions().dtype(at::kFloat);
    const at::Tensor estimates =
        network_.forward(inputs, Mode::inference).to(at::kCPU) * at::tensor(standardization_.scale, options) +
        at::tensor(standardization_.offset, options);
    out.check = {static_cast<std::size_t>(estimates.size(0)), to_floats(check_coefficients_), to_floats(estimates)};
    return out;
  }

 private:
  CheckpointState state() { return {network_.parameters(), network_.running_statistics(), adam_, epoch_, history_}; }

  Standardization measured_standardization(const TrainingData& data) const {
    Standardization result = standardize_targets(data);
    seed_generators(config_.seed, statistics_epoch);
    const NoisySource source(data, data.training, result, device_);
    at::Tensor coefficients, targets, weights;
    source.draw(at::arange(static_cast<std::int64_t>(source.size()), at::TensorOptions().dtype(at::kLong).device(device_)),
                coefficients, targets, weights);
    standardize_inputs(normalize_coefficients(coefficients, config_.preprocessing), config_.preprocessing, result);
    return result;
  }

  void run_block(const at::Tensor& order, std::int64_t first_step, std::int64_t end_step, std::int64_t n_step,
                 at::Tensor& loss_sum) {
    at::Tensor coefficients, targets, weights;
    training_.draw(order.narrow(0, first_step * batch_, (end_step - first_step) * batch_), coefficients, targets, weights);
    const at::Tensor inputs = preprocess(coefficients, config_.preprocessing, standardization_);
    for (std::int64_t step = first_step; step < end_step; ++step) {
      const std::int64_t begin = (step - first_step) * batch_;
      const double progress = static_cast<double>(epoch_) + static_cast<double>(step) / static_cast<double>(n_step);
      const at::Tensor loss = loss_per_output(config_.loss, network_.forward(inputs.narrow(0, begin, batch_), Mode::training),
                                              targets.narrow(0, begin, batch_), weights.narrow(0, begin, batch_))
                                  .mean();
      update(loss, learning_rate_at(config_, progress));
      loss_sum += loss.detach();
    }
  }

  void update(const at::Tensor& loss, double learning_rate) {
    at::Tensor& gradient = network_.parameters().mutable_grad();
    gradient.zero_();
    loss.backward();
    const at::NoGradGuard no_gradient;
    if (config_.max_gradient_norm > 0) gradient.mul_((config_.max_gradient_norm / (gradient.norm() + 1e-12)).clamp_max(1.0));
    static_cast<torch::optim::AdamOptions&>(adam_.param_groups()[0].options()).lr(learning_rate);
    adam_.step();
  }

  std::vector<double> validation_losses(LossKind kind) {
    const at::NoGradGuard no_gradient;
    return to_doubles(
        loss_per_output(kind, network_.forward(validation_inputs_, Mode::inference), validation_targets_, validation_weights_));
  }

  void validate() {
    const std::vector<double> losses = validation_losses(config_.loss);
    history_.push_back({epoch_, learning_rate_at(config_, static_cast<double>(epoch_)), training_loss_, mean(losses), losses});
  }

  const Config& config_;
  c10::Device device_;
  Standardization standardization_;
  NoisySource training_, validation_;
  Network network_;
  torch::optim::Adam adam_;
  std::string identity_;
  std::int64_t batch_ = 0;
  at::Tensor validation_inputs_, validation_targets_, validation_weights_, check_coefficients_;
  std::size_t epoch_ = 0;
  double training_loss_ = 0;
  History history_;
};

}  // namespace

TrainResult train(const Config& config, const TrainingData& data, const TrainOptions& options) {
  using Clock = std::chrono::steady_clock;
  at::set_num_threads(options.n_thread);
  Run run(config, data);
  if (options.resume) run.load(options.checkpoint_path);
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
  return {run.epoch() == config.epochs, run.result()};
}

}  // namespace crbrt::trainer
