// SPDX-License-Identifier: Apache-2.0
// What a run measures: validation while it goes, and what leaves it in the end.
#include "trainer/training_run.h"

#include <algorithm>

#include "base/number_text.h"
#include "trainer/finished_model.h"
#include "trainer/layer_tensors.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

/// A network that learns nothing ends near the loss of a constant, from either side: it is fit for nothing, but it did not
/// diverge.
constexpr double diverged_above = 1.1;
constexpr std::size_t enough_steps = 500;    // to learn at least that constant, at any rate that is of use
constexpr double far_off = 100;              // mean squared error over the variance of the truth; random weights have about 2
constexpr std::int64_t n_check_voxel = 256;  // compared between LibTorch and the exported model

}  // namespace

void Run::validate() {
  const at::NoGradGuard no_gradient;
  const std::vector<double> losses = validation_losses(network_.forward(held_out_inputs_, Mode::inference));
  const bool is_integer = network_.integers() != nullptr;
  const double real_loss = is_integer ? mean(validation_losses(network_.forward_real(held_out_inputs_))) : 0;
  history_.push_back(
      {epoch_, learning_rate_at(config_, static_cast<double>(epoch_)), training_loss_, mean(losses), real_loss, losses});
}

std::vector<double> Run::validation_losses(const at::Tensor& features) const {
  return to_doubles(loss_per_output(config_, standardization_, {estimates_of(features), held_out_.targets, held_out_.weights}));
}

std::vector<double> Run::crb_loss(const at::Tensor& features) const {
  return to_doubles(crb_loss_per_output({estimates_of(features), held_out_.targets, held_out_.weights}));
}

/// Of the first n voxels.
std::vector<float> Run::si_estimates(const at::Tensor& features, std::int64_t n) const {
  const auto row = [](const std::vector<float>& values) { return at::tensor(values, at::kFloat); };
  const at::Tensor first = estimates_of(features).narrow(0, 0, n).to(at::kCPU);
  return to_floats(first * row(standardization_.scale) + row(standardization_.offset));
}

CheckVoxels Run::check_voxels(const at::Tensor& features) const {
  const std::int64_t n = std::min(n_check_voxel, features.size(0));
  return {static_cast<std::size_t>(n),
          to_floats(held_out_.coefficients.narrow(0, 0, n)),
          si_estimates(features, n),
          to_floats(heads_of(features).narrow(0, 0, n)),
          {}};
}

void Run::add_integer_results(TrainedNetwork& out) const {
  const at::Tensor features = network_.forward(held_out_inputs_, Mode::inference);
  out.integer_crb_loss = mean(crb_loss(features));
  out.check.integer_estimates = si_estimates(features, static_cast<std::int64_t>(out.check.n));
}

/// Of the best estimates that are the same for all voxels: what a network reaches that only knows the prior.
double Run::constant_loss() const {
  const at::Tensor &targets = held_out_.targets, &weights = held_out_.weights;
  const at::Tensor constant =
      config_.loss == LossKind::crb ? (weights * targets).sum(0, true) / weights.sum(0, true) : targets.mean(0, true);
  return mean(
      to_doubles(loss_per_output(config_, standardization_, {constant.expand_as(targets), targets, held_out_.weights})));
}

std::string Run::why_diverged() const {
  const at::NoGradGuard no_gradient;
  const Trace trace = network_.trace(held_out_inputs_);
  for (std::size_t i = 1; i < trace.layer_inputs.size(); ++i)
    if ((trace.layer_inputs[i].amax(0) - trace.layer_inputs[i].amin(0)).max().item<float>() == 0)
      return "every unit of " + layer_name(config_.network, i - 1) + " gives the same for every held-out voxel";
  const at::Tensor estimates = estimates_of(trace.features);
  if (at::square(estimates - held_out_.targets).mean().item<double>() > far_off)
    return "estimates of held-out fingerprints are off by more than ten standard deviations of the truth";
  // A constant is all bias, and no yardstick of a loss that counts little else.
  const std::size_t n_step = epoch_ * (training_.size() / static_cast<std::size_t>(batch_));
  if (config_.loss == LossKind::bias_reduced || n_step < enough_steps) return "";
  const double found = mean(validation_losses(trace.features)), constant = constant_loss();
  // Below 1 the prior alone beats the bound, which then weighs next to nothing in a step: that is no network's fault.
  if (constant < 1 || found <= diverged_above * constant) return "";
  return "the loss of held-out fingerprints is " + base::number_text(found, "%.4g") +
         ", where the best estimates that are the same for all voxels have " + base::number_text(constant, "%.4g");
}

TrainedNetwork Run::result() {
  if (epoch_ == config_.epochs && config_.heads.uncertainty) {
    seed_generators(config_.seed, refinement_epoch);
    refine_standard_deviations(network_, training_, material());
  }
  const at::NoGradGuard no_gradient;
  const HeadCalibration calibration = calibrate_heads(network_, validation_, material());
  network_.add_to_head_bias(head_shift(config_, calibration, start_ != nullptr ? &start_->score_threshold : nullptr));
  TrainedNetwork out;
  out.operations = network_.operations();
  out.integers = network_.integer_form();
  out.standardization = standardization_;
  out.epochs = epoch_;
  out.history = history_;
  const at::Tensor features = network_.forward_real(held_out_inputs_);
  out.crb_loss_per_output = crb_loss(features);
  out.crb_loss = mean(out.crb_loss_per_output);
  out.check = check_voxels(features);
  out.noise = noise_;
  out.score_threshold = start_ != nullptr ? start_->score_threshold : calibration.score_threshold;
  if (network_.integers() != nullptr) add_integer_results(out);
  return out;
}

}  // namespace crbrt::trainer
