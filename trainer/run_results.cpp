// What a run measures: validation while it goes, and what leaves it in the end.
#include "trainer/training_run.h"

#include <algorithm>

#include "trainer/finished_model.h"
#include "trainer/layer_tensors.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

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
