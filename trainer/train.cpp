// One Run owns the network, the optimiser and the sources of noisy voxels; train() is its life.
#include "trainer/train.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "tools/cli/error.h"
#include "trainer/checkpoint.h"
#include "trainer/distillation.h"
#include "trainer/generators.h"
#include "trainer/head_training.h"
#include "trainer/heads.h"
#include "trainer/host_values.h"
#include "trainer/loss.h"
#include "trainer/network.h"
#include "trainer/noise.h"
#include "trainer/optimizer_step.h"
#include "trainer/teacher.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

constexpr std::int64_t block_voxels = 32768;                   // noise is drawn for so many voxels at once: they fit the cache
constexpr std::int64_t n_check_voxel = 256;                    // compared between LibTorch and the exported model
constexpr std::int64_t unlike_share = 4;                       // training voxels per counterexample of the atypicality
constexpr std::uint64_t statistics_epoch = ~std::uint64_t{0};  // the draw that measures the standardisation
constexpr std::uint64_t refinement_epoch = statistics_epoch - 1;

c10::Device best_device() { return torch::cuda::is_available() ? c10::Device(at::kCUDA) : c10::Device(at::kCPU); }

class Run {
 public:
  Run(const Config& config, const TrainingData& data, const Teacher* teacher)
      : config_(config),
        teacher_(teacher),
        device_(best_device()),
        n_output_(static_cast<std::int64_t>(data.n_output)),
        snr_(data.snr),
        standardization_(measured_standardization(data)),
        training_(data, data.training, standardization_, device_),
        validation_(data, data.validation, standardization_, device_),
        network_(config.network, {2 * data.n_coeff, data.n_output, head_count(config)}, config.heads.trunk_gradient,
                 config.seed, device_),
        adam_({network_.parameters()}, torch::optim::AdamOptions(config.learning_rate)),
        identity_(run_identity(config, data) + (teacher != nullptr ? teacher->sha256() : "")) {
    batch_ = std::min<std::int64_t>(static_cast<std::int64_t>(config.batch), static_cast<std::int64_t>(training_.size()));
    held_out_ = validation_.draw_fixed(config.seed, realisations(config));
    held_out_inputs_ = preprocess(held_out_.coefficients, config.preprocessing, standardization_);
  }

  std::size_t epoch() const { return epoch_; }
  const History& history() const { return history_; }

  void load(const std::string& path) { read_checkpoint(path, identity_, state()); }
  void start(const std::string& path) { read_start(path, state()); }
  void save(const std::string& path) { write_checkpoint(path, identity_, state()); }

  void run_epoch() {
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
    if (!std::isfinite(training_loss_))
      throw cli::Error(cli::exit_internal, "the loss is not finite in epoch " + std::to_string(epoch_) +
                                               ": lower optimizer.learning_rate or set optimizer.max_gradient_norm");
    if (epoch_ % config_.validation.every_epochs == 0 || epoch_ == config_.epochs || epoch_ == 1) validate();
  }

  /// Weights and measurements as they stand; of a finished run also the last touch on the heads.
  TrainedNetwork result() {
    const HeadMaterial material{config_, standardization_, noise_, snr_};
    if (epoch_ == config_.epochs && config_.heads.uncertainty) {
      seed_generators(config_.seed, refinement_epoch);
      refine_standard_deviations(network_, training_, material);
    }
    const at::NoGradGuard no_gradient;
    TrainedNetwork out{network_.plain(), standardization_, epoch_, history_, 0, {}, {}, noise_, 0};
    const at::Tensor features = network_.forward(held_out_inputs_, Mode::inference);
    out.crb_loss_per_output = to_doubles(crb_loss_per_output({estimates_of(features), held_out_.targets, held_out_.weights}));
    out.crb_loss = mean(out.crb_loss_per_output);
    const HeadCalibration calibration = calibrate_heads(network_, validation_, material);
    out.score_threshold = calibration.score_threshold;
    for (std::size_t i = 0; i < calibration.log_std_shift.size(); ++i)
      out.layers.back().bias[data_size(n_output_) + i] += calibration.log_std_shift[i];
    out.check = check_voxels(features, calibration);
    return out;
  }

 private:
  static std::size_t data_size(std::int64_t n) { return static_cast<std::size_t>(n); }

  at::Tensor estimates_of(const at::Tensor& features) const { return features.narrow(1, 0, n_output_); }

  at::Tensor heads_of(const at::Tensor& features) const { return features.narrow(1, n_output_, features.size(1) - n_output_); }

  CheckVoxels check_voxels(const at::Tensor& features, const HeadCalibration& calibration) const {
    const std::int64_t n = std::min(n_check_voxel, features.size(0));
    const at::Tensor first = features.narrow(0, 0, n).to(at::kCPU);
    const auto row = [](const std::vector<float>& values) { return at::tensor(values, at::kFloat); };
    at::Tensor heads = heads_of(first).clone();
    if (!calibration.log_std_shift.empty()) heads.narrow(1, 0, n_output_).add_(row(calibration.log_std_shift));
    return {data_size(n), to_floats(held_out_.coefficients.narrow(0, 0, n)),
            to_floats(estimates_of(first) * row(standardization_.scale) + row(standardization_.offset)), to_floats(heads)};
  }

  CheckpointState state() {
    return {standardization_, network_.parameters(), network_.running_statistics(), adam_, epoch_, history_};
  }

  /// Also measures the range of the noise, of the same draw.
  Standardization measured_standardization(const TrainingData& data) {
    Standardization result = standardize_targets(data);
    seed_generators(config_.seed, statistics_epoch);
    const NoisySource source(data, data.training, result, device_);
    const auto all = at::arange(static_cast<std::int64_t>(source.size()), at::TensorOptions().dtype(at::kLong).device(device_));
    const VoxelBatch voxels = source.draw(all, 1);
    standardize_inputs(normalize_coefficients(voxels.coefficients, config_.preprocessing), config_.preprocessing, result);
    noise_ = noise_range(voxels.log_noise);
    return result;
  }

  void run_block(const at::Tensor& order, std::int64_t first_step, std::int64_t end_step, std::int64_t n_step,
                 at::Tensor& loss_sum) {
    const auto repeats = static_cast<std::int64_t>(realisations(config_));
    VoxelBatch block =
        training_.draw(order.narrow(0, first_step * batch_, (end_step - first_step) * batch_), data_size(repeats));
    if (teacher_ != nullptr) block.targets = mixed_targets(block, *teacher_, config_.distillation.share, standardization_);
    const at::Tensor inputs = preprocess(block.coefficients, config_.preprocessing, standardization_);
    const at::Tensor unlike = config_.heads.atypicality ? unlike_inputs(block.coefficients) : at::Tensor();
    const std::int64_t voxels = batch_ * repeats, n_unlike = voxels / unlike_share;
    for (std::int64_t step = first_step; step < end_step; ++step) {
      const std::int64_t index = step - first_step;
      const at::Tensor features = network_.forward(inputs.narrow(0, index * voxels, voxels), Mode::training);
      const VoxelBatch batch = block.rows(index * voxels, voxels);
      const at::Tensor loss =
          loss_per_output(config_, standardization_, {estimates_of(features), batch.targets, batch.weights}).mean();
      at::Tensor total = loss;
      if (head_count(config_) > 0)
        total = loss + head_loss(features, batch, unlike.defined() ? unlike.narrow(0, index * n_unlike, n_unlike) : unlike);
      const double progress = static_cast<double>(epoch_) + static_cast<double>(step) / static_cast<double>(n_step);
      update(total, learning_rate_at(config_, progress));
      loss_sum += loss.detach();
    }
  }

  /// One unlike voxel for every `unlike_share` of the block, in random order.
  at::Tensor unlike_inputs(const at::Tensor& coefficients) const {
    const at::Tensor some = at::randperm(coefficients.size(0), at::TensorOptions().dtype(at::kLong).device(device_))
                                .narrow(0, 0, coefficients.size(0) / unlike_share);
    const at::Tensor voxels = unlike_voxels(coefficients.index_select(0, some));
    const at::Tensor order = at::randperm(voxels.size(0), at::TensorOptions().dtype(at::kLong).device(device_));
    return preprocess(voxels.index_select(0, order), config_.preprocessing, standardization_);
  }

  at::Tensor head_loss(const at::Tensor& features, const VoxelBatch& batch, const at::Tensor& unlike) const {
    const at::Tensor heads = heads_of(features);
    at::Tensor loss = at::zeros({}, features.options());
    if (config_.heads.uncertainty)
      loss = loss + uncertainty_loss(log_std(config_, heads, batch.log_noise, noise_), estimates_of(features) - batch.targets);
    if (config_.heads.atypicality)
      loss = loss + atypicality_loss(score(heads), score(network_.forward_heads(unlike, Mode::inference)));
    return loss;
  }

  void update(const at::Tensor& loss, double learning_rate) {
    at::Tensor& gradient = network_.parameters().mutable_grad();
    gradient.zero_();
    loss.backward();
    const at::NoGradGuard no_gradient;
    if (config_.max_gradient_norm > 0) {
      const std::int64_t n_head = network_.head_parameters(), n_shared = gradient.numel() - n_head;
      clip_gradient(gradient.narrow(0, 0, n_shared), config_.max_gradient_norm);
      if (n_head > 0) clip_gradient(gradient.narrow(0, n_shared, n_head), config_.max_gradient_norm);
    }
    set_learning_rate(adam_, learning_rate);
    adam_.step();
  }

  void validate() {
    const at::NoGradGuard no_gradient;
    const at::Tensor estimates = estimates_of(network_.forward(held_out_inputs_, Mode::inference));
    const std::vector<double> losses =
        to_doubles(loss_per_output(config_, standardization_, {estimates, held_out_.targets, held_out_.weights}));
    history_.push_back({epoch_, learning_rate_at(config_, static_cast<double>(epoch_)), training_loss_, mean(losses), losses});
  }

  const Config& config_;
  const Teacher* teacher_;
  c10::Device device_;
  std::int64_t n_output_;
  SnrRange snr_;
  NoiseRange noise_;
  Standardization standardization_;
  NoisySource training_, validation_;
  Network network_;
  torch::optim::Adam adam_;
  std::string identity_;
  std::int64_t batch_ = 0;
  VoxelBatch held_out_;
  at::Tensor held_out_inputs_;
  std::size_t epoch_ = 0;
  double training_loss_ = 0;
  History history_;
};

}  // namespace

TrainResult train(const Config& config, const TrainingData& data, const TrainOptions& options) {
  using Clock = std::chrono::steady_clock;
  at::set_num_threads(options.n_thread);
  Run run(config, data, options.teacher);
  if (options.resume)
    run.load(options.checkpoint_path);
  else if (!options.start_path.empty())
    run.start(options.start_path);
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
