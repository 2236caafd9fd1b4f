// SPDX-License-Identifier: Apache-2.0
// Draws M0 and noise for whole blocks of fingerprints at once. Single precision is enough: rounding is 1e-7 of a coefficient
// where the noise is 1e-2 and more of the largest.
#include "trainer/noise.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <cmath>
#include <numbers>

#include "physics/counter_random.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

/// Below this fraction of the largest standard deviation an input counts as constant: it holds rounding noise only.
constexpr double constant_input_ratio = 1e-6;

std::int64_t signed_size(std::size_t n) { return static_cast<std::int64_t>(n); }

at::Tensor to_tensor(const std::vector<float>& values, const at::Tensor& like) {
  return at::tensor(values, at::kFloat).to(like.device());
}

/// c * factor for complex rows [re, im] and one complex factor per row ([n, 1] each).
at::Tensor rotate(const at::Tensor& c, const at::Tensor& real, const at::Tensor& imag) {
  const auto parts = c.chunk(2, 1);
  at::Tensor out = at::empty_like(c);
  auto out_parts = out.chunk(2, 1);
  at::mul_out(out_parts[0], parts[0], real);
  out_parts[0].addcmul_(parts[1], imag, -1);
  at::mul_out(out_parts[1], parts[1], real);
  out_parts[1].addcmul_(parts[0], imag);
  return out;
}

}  // namespace

/// One stream of the counter-based generator of data sets gives the seed.
void seed_generators(std::uint64_t seed, std::uint64_t epoch) {
  physics::CounterRandom random(seed, physics::Stream::training_noise, epoch);
  const std::uint64_t high = random.bits();
  torch::manual_seed(high << 32 | random.bits());
}

at::Tensor normalize_coefficients(const at::Tensor& coefficients, const PreprocessingConfig& config) {
  at::Tensor c = coefficients;
  if (config.phase_reference >= 0) {
    const auto parts = c.chunk(2, 1);
    const at::Tensor real = parts[0].narrow(1, config.phase_reference, 1), imag = parts[1].narrow(1, config.phase_reference, 1);
    const at::Tensor magnitude = at::sqrt(real * real + imag * imag), is_zero = magnitude == 0;
    c = rotate(c, at::where(is_zero, at::ones_like(real), real / magnitude),
               at::where(is_zero, at::zeros_like(imag), -imag / magnitude));
  }
  if (config.conjugate_reference >= 0) {
    const auto parts = c.chunk(2, 1);
    const at::Tensor imag = parts[1].narrow(1, config.conjugate_reference, 1);
    c = at::cat({parts[0], parts[1] * at::where(imag < 0, -at::ones_like(imag), at::ones_like(imag))}, 1);
  }
  if (config.l2_normalize) c = c / c.norm(2, {1}, true).clamp_min(1e-30);
  return c;
}

at::Tensor preprocess(const at::Tensor& coefficients, const PreprocessingConfig& config,
                      const Standardization& standardization) {
  const at::Tensor x = normalize_coefficients(coefficients, config);
  return (x - to_tensor(standardization.mean, x)) / to_tensor(standardization.std, x);
}

void standardize_inputs(const at::Tensor& normalized, const PreprocessingConfig& config, Standardization& standardization) {
  const std::int64_t n_input = normalized.size(1);
  standardization.mean.assign(static_cast<std::size_t>(n_input), 0.0f);
  standardization.std.assign(static_cast<std::size_t>(n_input), 1.0f);
  if (!config.standardize) return;
  const at::Tensor x = normalized.to(at::kCPU, at::kDouble);
  const at::Tensor mean = x.mean(0), std = x.std(0, false);
  const double largest = std.max().item<double>();
  for (std::int64_t i = 0; i < n_input; ++i) {
    const bool is_phase_reference = config.phase_reference >= 0 && i == n_input / 2 + config.phase_reference;
    const double deviation = std[i].item<double>();
    if (is_phase_reference || deviation <= constant_input_ratio * largest) continue;
    standardization.mean[static_cast<std::size_t>(i)] = static_cast<float>(mean[i].item<double>());
    standardization.std[static_cast<std::size_t>(i)] = static_cast<float>(deviation);
  }
}

struct NoisySource::Impl {
  at::Tensor coefficients, targets, weights;  // weights at SNR 1
  std::int64_t n = 0, n_coeff = 0;
  SnrRange snr;

  VoxelBatch draw(const at::Tensor& rows, const at::Tensor& snr_of_row) const;
  VoxelBatch draw_fixed(std::uint64_t seed, std::size_t realisations, const SnrRange& drawn) const;
};

NoisySource::NoisySource(const TrainingData& data, const Samples& samples, const Standardization& standardization,
                         const c10::Device& device)
    : impl_(std::make_unique<Impl>()) {
  impl_->n = signed_size(samples.n);
  impl_->n_coeff = signed_size(data.n_coeff);
  impl_->snr = data.snr;
  const std::int64_t n_output = signed_size(data.n_output);
  const auto rows = [&](const auto& values, std::int64_t columns) {
    return at::tensor(values, at::kDouble).view({impl_->n, columns});
  };
  const auto per_output = [&](const std::vector<float>& values) {
    return at::tensor(values, at::kFloat).to(at::kDouble).view({1, n_output});
  };
  const at::Tensor offset = per_output(standardization.offset), scale = per_output(standardization.scale);
  impl_->coefficients = at::tensor(samples.coefficients, at::kFloat).view({impl_->n, 2 * impl_->n_coeff}).to(device);
  impl_->targets = ((rows(samples.targets, n_output) - offset) / scale).to(device, at::kFloat);
  impl_->weights = (rows(samples.inverse_bounds, n_output) * scale * scale).to(device, at::kFloat);
}

NoisySource::~NoisySource() = default;

std::size_t NoisySource::size() const noexcept { return static_cast<std::size_t>(impl_->n); }

namespace {

/// log(sigma / ||c||) of every row.
at::Tensor log_noise_of(const at::Tensor& coefficients, const SnrRange& range) {
  return at::log((1 / range.maximum) / coefficients.norm(2, {1}, true).clamp_min(1e-30));
}

}  // namespace

VoxelBatch NoisySource::draw(const at::Tensor& index, std::size_t realisations) const {
  const SnrRange& range = impl_->snr;
  const auto repeats = static_cast<std::int64_t>(realisations);
  const at::Tensor snr =
      at::rand({index.size(0), 1}, impl_->coefficients.options()) * (range.maximum - range.minimum) + range.minimum;
  if (repeats == 1) return impl_->draw(index, snr);
  return impl_->draw(index.repeat_interleave(repeats, 0), snr.repeat_interleave(repeats, 0));
}

VoxelBatch NoisySource::draw_log_snr(const at::Tensor& index, double beyond) const {
  const double lowest = impl_->snr.minimum / beyond, highest = impl_->snr.maximum * beyond;
  const at::Tensor share = at::rand({index.size(0), 1}, impl_->coefficients.options());
  return impl_->draw(index, lowest * at::exp(share * std::log(highest / lowest)));
}

VoxelBatch NoisySource::Impl::draw(const at::Tensor& rows, const at::Tensor& snr_of_row) const {
  const SnrRange& range = snr;
  const auto options = coefficients.options();
  const at::Tensor phase = at::rand({rows.size(0), 1}, options) * (2 * std::numbers::pi);
  const at::Tensor magnitude = snr_of_row / range.maximum;
  VoxelBatch batch;
  batch.coefficients = rotate(coefficients.index_select(0, rows), magnitude * at::cos(phase), magnitude * at::sin(phase));
  batch.coefficients.add_(at::randn(batch.coefficients.sizes(), options), 1 / range.maximum);
  batch.targets = targets.index_select(0, rows);
  batch.weights = weights.index_select(0, rows) * at::square(snr_of_row);
  batch.log_noise = log_noise_of(batch.coefficients, range);
  batch.snr = snr_of_row;
  return batch;
}

VoxelBatch NoisySource::draw_fixed(std::uint64_t seed, std::size_t realisations) const {
  return impl_->draw_fixed(seed, realisations, impl_->snr);
}

VoxelBatch NoisySource::draw_fixed_at(std::uint64_t seed, double snr) const { return impl_->draw_fixed(seed, 1, {snr, snr}); }

VoxelBatch NoisySource::Impl::draw_fixed(std::uint64_t seed, std::size_t realisations, const SnrRange& drawn) const {
  const SnrRange& range = snr;
  const auto repeats = static_cast<std::int64_t>(realisations);
  at::Tensor noisy = coefficients.to(at::kCPU, at::kFloat, false, true).repeat_interleave(repeats, 0);
  at::Tensor snr_of_row = at::empty({n * repeats, 1}, at::kFloat);
  for (std::int64_t i = 0; i < n; ++i) {
    physics::CounterRandom random(seed, physics::Stream::validation_noise, static_cast<std::uint64_t>(i));
    const double drawn_snr = drawn.minimum + (drawn.maximum - drawn.minimum) * random.uniform();
    for (std::int64_t row = i * repeats; row < (i + 1) * repeats; ++row) {
      const double phase = 2 * std::numbers::pi * random.uniform(), magnitude = drawn_snr / range.maximum;
      float* re = noisy.data_ptr<float>() + row * 2 * n_coeff;
      float* im = re + n_coeff;
      for (std::int64_t k = 0; k < n_coeff; ++k) {
        const double x = re[k], y = im[k], c = magnitude * std::cos(phase), s = magnitude * std::sin(phase);
        re[k] = static_cast<float>(x * c - y * s + random.normal() / range.maximum);
        im[k] = static_cast<float>(x * s + y * c + random.normal() / range.maximum);
      }
      snr_of_row.data_ptr<float>()[row] = static_cast<float>(drawn_snr);
    }
  }
  const auto device = coefficients.device();
  VoxelBatch batch;
  batch.coefficients = noisy.to(device);
  batch.targets = targets.repeat_interleave(repeats, 0);
  batch.weights = weights.repeat_interleave(repeats, 0) * at::square(snr_of_row).to(device);
  batch.log_noise = log_noise_of(batch.coefficients, range);
  batch.snr = snr_of_row.to(device);
  return batch;
}

}  // namespace crbrt::trainer
