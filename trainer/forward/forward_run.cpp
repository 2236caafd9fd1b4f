// Steps of a forward training: a pass through the layers by LibTorch, the head by our own loops, a step of each optimiser.
#include "trainer/forward/forward_run.h"

#include <ATen/Parallel.h>
#include <torch/serialize.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/number_text.h"
#include "trainer/archive.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

// First weights, beside those of LayerTensors.
constexpr double first_bias = 0.5, first_output = 0.4;
constexpr std::size_t start_epoch = std::size_t{1} << 40;  // of the generators: no epoch has this number

/// Half of the validation's errors are larger than this many sqrt(CRB) only where nothing was learnt: a network whose outputs
/// are constant has some hundred.
constexpr double far_off = 1e4;

std::int64_t size_of(std::size_t n) { return static_cast<std::int64_t>(n); }

at::Tensor rows_of(const std::vector<float>& values, std::size_t n, std::size_t width) {
  const auto options = at::TensorOptions().dtype(at::kFloat);
  if (values.empty()) return {};
  return at::from_blob(const_cast<float*>(values.data()), {size_of(n), size_of(width)}, options);
}

/// Of the features, in one row.
at::Tensor standardization_of(const ForwardData& data) {
  const Network& network = data.part.network;
  return at::stack({at::tensor(network.feature_mean, at::kFloat), at::tensor(network.feature_std, at::kFloat)});
}

/// Root of the mean square.
float size_of_targets(const ForwardSamples& samples) {
  double squares = 0;
  for (const float x : samples.targets) squares += double{x} * x / static_cast<double>(samples.targets.size());
  return static_cast<float>(std::sqrt(squares));
}

const float* data_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; }

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

std::vector<at::Tensor> ForwardRun::state() {
  std::vector<at::Tensor> all{layers_.parameters.detach()};
  for (const at::Tensor& tensor : soap_->state()) all.push_back(tensor);
  all.push_back(rows_of(draw_.losses(), draw_.losses().size(), 1));
  return all;
}

void ForwardRun::save(const std::string& path) {
  torch::serialize::OutputArchive archive;
  archive.write("identity", c10::IValue(identity_));
  archive.write("epoch", c10::IValue(size_of(epoch_)));
  archive.write("history", to_tensor(history_, config_.common.outputs.size()));
  archive.write("standardization", standardization_of(data_));
  const std::vector<at::Tensor> tensors = state();
  for (std::size_t i = 0; i < tensors.size(); ++i) archive.write("state" + std::to_string(i), tensors[i]);
  save_archive(archive, path);
}

void ForwardRun::load(const std::string& path) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to resume from", "none");
  std::string found;
  try {
    torch::serialize::InputArchive archive;
    load_archive(archive, path);
    c10::IValue value;
    archive.read("identity", value);
    found = value.toStringRef();
    if (found == identity_) {
      const at::NoGradGuard no_gradient;
      archive.read("epoch", value);
      epoch_ = static_cast<std::size_t>(value.toInt());
      const auto stored = [&](const std::string& key) {
        at::Tensor tensor;
        archive.read(key, tensor);
        return tensor;
      };
      history_ = to_history(stored("history"));
      std::size_t i = 0;
      for (at::Tensor& tensor : state()) {
        const at::Tensor found_tensor = stored("state" + std::to_string(i++));
        TORCH_CHECK(found_tensor.sizes() == tensor.sizes(), "another shape");
        tensor.copy_(found_tensor);
      }
    }
  } catch (const std::exception&) {  // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint", "a damaged one");
  }
  if (found != identity_)
    throw base::DisagreementError(path, "a checkpoint of this configuration and data (" + identity_.substr(0, 12) + ")",
                                  "one of another run (" + found.substr(0, 12) + ")");
}

void ForwardRun::start(const std::string& path) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to start from", "none");
  at::Tensor weights, standardization;
  try {
    torch::serialize::InputArchive archive;
    load_archive(archive, path);
    archive.read("state0", weights);
    if (!archive.try_read("standardization", standardization))
      standardization = standardization_of(data_);  // the first had none
  } catch (const std::exception&) {                 // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint of a forward model", "a damaged one, or of an estimator");
  }
  if (weights.sizes() != layers_.parameters.sizes())
    throw base::DisagreementError(path, "a checkpoint of the same network", "one of another");
  if (!standardization.equal(standardization_of(data_)))
    throw base::DisagreementError(path, "a checkpoint of the same data set, seed and features", "one of others");
  const at::NoGradGuard no_gradient;
  layers_.parameters.copy_(weights);
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

/// Projections and residuals of every held-out fingerprint, and errors of derivatives along every wanted unknown.
ForwardRun::Measured ForwardRun::measure() {
  constexpr std::int64_t n_at_once = 4096;
  const std::int64_t n = validation_.features.size(0), n_wanted = size_of(shape_.n_wanted);
  const bool has_tangents = validation_.feature_tangents.defined();
  Measured all;
  all.projected.resize(static_cast<std::size_t>(n * n_wanted));
  all.residual.resize(static_cast<std::size_t>(n));
  all.derivative.resize(has_tangents ? static_cast<std::size_t>(n * n_wanted) : 0);
  const auto at_row = [](const at::Tensor& t, std::int64_t row) {
    return t.defined() ? t.data_ptr<float>() + row * t.size(1) : nullptr;
  };
  for (std::int64_t w = 0; w < (has_tangents ? n_wanted : 1); ++w)
    for (std::int64_t first = 0; first < n; first += n_at_once) {
      const std::int64_t size = std::min(n_at_once, n - first), of_wanted = w * n + first;
      const at::Tensor latent =
          pass_.forward(validation_.features.narrow(0, first, size),
                        has_tangents ? validation_.feature_tangents.narrow(0, of_wanted, size) : at::Tensor());
      HeadResults results{.projected = all.projected.data() + first * n_wanted,
                          .residual = all.residual.data() + first,
                          .derivative = has_tangents ? all.derivative.data() + of_wanted : nullptr};
      run_head(shape_,
               {static_cast<std::size_t>(size), table(), at_row(validation_.place, first), data_of(latent),
                at_row(validation_.targets, first), at_row(validation_.directions, first), nullptr,
                at_row(validation_.place_tangents, of_wanted), has_tangents ? at_row(latent, size) : nullptr,
                at_row(validation_.target_tangents, of_wanted)},
               results, space_);
    }
  return all;
}

void ForwardRun::validate() {
  const Measured measured = measure();
  std::vector<double> squares(shape_.n_wanted, 0.0);
  for (std::size_t i = 0; i < measured.projected.size(); ++i)
    squares[i % shape_.n_wanted] +=
        double{measured.projected[i]} * measured.projected[i] / static_cast<double>(measured.residual.size());
  history_.push_back(
      {epoch_, learning_rate_at(config_.common, static_cast<double>(epoch_)), training_loss_, mean(squares), 0, squares});
}

std::string ForwardRun::why_diverged() const {
  const double loss = history_.empty() ? 0 : history_.back().validation_loss;
  if (std::isfinite(loss) && loss < far_off * far_off) return "";
  return "the error of held-out fingerprints is " + base::number_text(std::sqrt(loss), "%.3g") + " sqrt(CRB)";
}

namespace {

ForwardError error_of(const std::string& name, std::vector<double> magnitudes) {
  ForwardError error{name, 0, 0, 0};
  for (const double x : magnitudes) error.rms += x * x / static_cast<double>(magnitudes.size());
  error.rms = std::sqrt(error.rms);
  const auto quantile = [&](double share) {
    const auto at = magnitudes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(magnitudes.size() - 1));
    std::nth_element(magnitudes.begin(), at, magnitudes.end());
    return *at;
  };
  error.median = quantile(0.5);
  error.q99 = quantile(0.99);
  return error;
}

/// Ends in coefficients instead of standard deviations of noise.
void undo_scale(TrainedForward& out, float scale) {
  if (!out.part.table.empty()) {
    for (float& x : out.part.table) x /= static_cast<float>(forward_snr);
    return;
  }
  for (float& x : out.part.network.operations.back().weights) x *= scale / static_cast<float>(forward_snr);
  for (float& x : out.part.network.operations.back().bias) x *= scale / static_cast<float>(forward_snr);
}

}  // namespace

TrainedForward ForwardRun::result() {
  const at::NoGradGuard no_gradient;
  TrainedForward out;
  out.finished = epoch_ == config_.common.epochs;
  out.epochs = epoch_;
  out.history = history_;
  out.part = data_.part;
  out.part.network.operations = operations_of(layers_);
  out.part.network.n_coeff = static_cast<std::uint32_t>(data_.n_coeff);
  if (table() != nullptr) {
    out.part.n_interval = static_cast<std::uint32_t>(shape_.intervals);
    const at::Tensor points = rows_of(options_.table, (shape_.intervals + 3) * shape_.n_part, shape_.n_latent)
                                  .view({size_of(shape_.intervals + 3), size_of(shape_.n_part), size_of(shape_.n_latent)});
    out.part.table = to_floats(points.permute({0, 2, 1}).contiguous());
  }
  const Measured measured = measure();
  for (std::size_t w = 0; w < shape_.n_wanted; ++w) {
    std::vector<double> magnitudes;
    for (std::size_t i = w; i < measured.projected.size(); i += shape_.n_wanted)
      magnitudes.push_back(std::abs(measured.projected[i]));
    out.errors.push_back(error_of(config_.common.outputs[w].name, std::move(magnitudes)));
  }
  std::vector<double> residuals;
  for (const float square : measured.residual) residuals.push_back(std::sqrt(double{square}));
  out.residual = error_of("residual", std::move(residuals));
  for (std::size_t w = 0; w < shape_.n_wanted && !measured.derivative.empty(); ++w) {
    std::vector<double> magnitudes;
    for (std::size_t i = 0; i < measured.residual.size(); ++i)
      magnitudes.push_back(std::sqrt(double{measured.derivative[w * measured.residual.size() + i]}));
    out.derivatives.push_back(error_of(config_.common.outputs[w].name, std::move(magnitudes)));
  }
  undo_scale(out, shape_.scale);
  return out;
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
