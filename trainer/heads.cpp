// SPDX-License-Identifier: Apache-2.0
// Losses, counterexamples and calibration of the features beside the estimates.
#include "trainer/heads.h"

#include <ATen/ATen.h>

#include <cmath>

#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

constexpr std::int64_t n_term = 3;   // of the polynomial in log noise
constexpr double within_one = 0.68;  // what one and two standard deviations should hold, and the unit of deviations
constexpr double within_two = 0.95;
constexpr double unit_of_one = 0.03;
constexpr double unit_of_two = 0.02;
constexpr int n_snr_group = 12;
constexpr double beyond_range = 0.2;        // of the groups, in log SNR at either end
constexpr double softness = 0.1;            // of counting, in log standard deviation
constexpr double least_log_std = -8;        // one errant voxel must not send the gradient to infinity
constexpr double outside_threshold = 0.01;  // share of training-like voxels that count as atypical
constexpr double cut_off = 0.001;           // of the noise range at either side

std::int64_t output_count(const Config& config) { return static_cast<std::int64_t>(config.outputs.size()); }

/// LibTorch's own quantile() refuses more than 16 million values and is slow; one sort serves all.
double sorted_quantile(const at::Tensor& sorted, double share) {
  const auto last = static_cast<double>(sorted.numel() - 1);
  return sorted[static_cast<std::int64_t>(std::lround(share * last))].item<double>();
}

at::Tensor sorted(const at::Tensor& values) { return std::get<0>(values.detach().reshape({-1}).sort()); }

/// Share of the sorted values that lie below `limit`.
double share_below(const at::Tensor& ordered, double limit) {
  return static_cast<double>(at::searchsorted(ordered, limit).item<std::int64_t>()) / static_cast<double>(ordered.numel());
}

/// log of what the standard deviations must be multiplied with, for |errors| / std = exp(log_ratio): where the share within
/// one of them is as much too large as that within two is too small, in units of 3 % and 2 %.
double log_correction(const at::Tensor& ordered_log_ratio) {
  double low = -5, high = 5;
  while (high - low > 1e-4) {
    const double middle = (low + high) / 2;
    const double above_one = (share_below(ordered_log_ratio, middle) - within_one) / unit_of_one;
    const double below_two = (within_two - share_below(ordered_log_ratio, middle + std::log(2.0))) / unit_of_two;
    (above_one > below_two ? high : low) = middle;
  }
  return (low + high) / 2;
}

/// log(|error| / std); no gradient reaches the errors.
at::Tensor log_ratio(const at::Tensor& log_std, const at::Tensor& errors) {
  return at::log(at::abs(errors.detach()).clamp_min(1e-12)) - log_std;
}

/// Real and imaginary parts alike: x [n, 2 * n_coeff] times matrix [n_coeff, n_coeff].
at::Tensor mix(const at::Tensor& x, const at::Tensor& matrix) {
  const auto parts = x.chunk(2, 1);
  return at::cat({parts[0].matmul(matrix), parts[1].matmul(matrix)}, 1);
}

at::Tensor rotation(const at::Tensor& like, std::int64_t n, double identity, double spread) {
  const at::Tensor start = identity * at::eye(n, like.options()) + spread * at::randn({n, n}, like.options());
  return std::get<0>(at::linalg_qr(start));
}

at::Tensor in_random_order(const at::Tensor& x, std::int64_t n_coeff) {
  const at::Tensor order = at::rand({x.size(0), n_coeff}, x.options()).argsort(1, false);
  const auto parts = x.chunk(2, 1);
  return at::cat({parts[0].gather(1, order), parts[1].gather(1, order)}, 1);
}

/// Every coefficient of another voxel, after its phase was turned to zero: right marginals, wrong together.
at::Tensor exchanged(const at::Tensor& x, std::int64_t n_coeff) {
  const auto parts = x.chunk(2, 1);
  const at::Tensor re = parts[0].narrow(1, 0, 1), im = parts[1].narrow(1, 0, 1);
  const at::Tensor magnitude = at::sqrt(re * re + im * im).clamp_min(1e-30), c = re / magnitude, s = im / magnitude;
  const at::Tensor norm = x.norm(2, {1}, true).clamp_min(1e-30);
  const at::Tensor turned_re = (parts[0] * c + parts[1] * s) / norm, turned_im = (parts[1] * c - parts[0] * s) / norm;
  const at::Tensor from = at::rand({x.size(0), n_coeff}, x.options()).argsort(0, false);
  return at::cat({turned_re.gather(0, from), turned_im.gather(0, from)}, 1);
}

at::Tensor rescaled(const at::Tensor& x, std::int64_t n_coeff) {
  const at::Tensor factor = at::exp(0.7 * at::randn({x.size(0), n_coeff}, x.options())) *
                            at::sign(at::rand({x.size(0), n_coeff}, x.options()) - 0.25);
  return x * at::cat({factor, factor}, 1);
}

}  // namespace

std::size_t head_count(const Config& config) noexcept {
  return (config.heads.uncertainty ? static_cast<std::size_t>(n_term) * config.outputs.size() : 0) +
         (config.heads.atypicality ? 1 : 0);
}

NoiseRange noise_range(const at::Tensor& log_noise) {
  const at::Tensor ordered = sorted(log_noise);
  const double center = log_noise.mean().item<double>();
  return {static_cast<float>(center), static_cast<float>(sorted_quantile(ordered, cut_off) - center),
          static_cast<float>(sorted_quantile(ordered, 1 - cut_off) - center)};
}

at::Tensor log_std(const Config& config, const at::Tensor& heads, const at::Tensor& log_noise, const NoiseRange& range) {
  const std::int64_t n = output_count(config);
  const at::Tensor l = log_noise - range.center;
  const at::Tensor inside = l.clamp(range.minimum, range.maximum);
  return heads.narrow(1, 0, n) + heads.narrow(1, n, n) * inside + heads.narrow(1, 2 * n, n) * at::square(inside) +
         at::relu(l - range.maximum);
}

at::Tensor score(const at::Tensor& heads) { return heads.select(1, heads.size(1) - 1); }

at::Tensor uncertainty_loss(const at::Tensor& log_std, const at::Tensor& errors) {
  const at::Tensor bounded = log_std.clamp_min(least_log_std);
  return (bounded + 0.5 * at::square(errors.detach()) * at::exp(-2 * bounded)).mean();
}

at::Tensor coverage_loss(const at::Tensor& log_std, const at::Tensor& errors) {
  const at::Tensor one = log_ratio(log_std, errors), two = one - std::log(2.0);
  const auto pinball = [](const at::Tensor& x, double share) { return at::maximum(share * x, (share - 1) * x).mean(); };
  return pinball(one, within_one) + 1.5 * pinball(two, within_two);
}

at::Tensor coverage_mismatch(const at::Tensor& log_std, const at::Tensor& errors, const at::Tensor& snr,
                             const SnrRange& range) {
  const at::Tensor ratio = log_ratio(log_std, errors);
  const at::Tensor one = at::sigmoid(-ratio / softness), two = at::sigmoid((std::log(2.0) - ratio) / softness);
  const double lowest = std::log(range.minimum) - beyond_range, highest = std::log(range.maximum) + beyond_range;
  const at::Tensor group = at::floor((at::log(snr) - lowest) * (n_snr_group / (highest - lowest)));
  at::Tensor sum = at::zeros({}, log_std.options());
  for (int g = 0; g < n_snr_group; ++g) {
    const at::Tensor inside = group.eq(g).to(log_std.scalar_type()), count = inside.sum();
    if (count.item<double>() == 0) continue;
    const at::Tensor share_one = (one * inside).sum(0) / count, share_two = (two * inside).sum(0) / count;
    sum =
        sum + (at::square((share_one - within_one) / unit_of_one) + at::square((share_two - within_two) / unit_of_two)).mean();
  }
  return sum / n_snr_group;
}

at::Tensor atypicality_loss(const at::Tensor& like, const at::Tensor& unlike) {
  return at::softplus(like).mean() + at::softplus(-unlike).mean();
}

at::Tensor unlike_voxels(const at::Tensor& coefficients) {
  const std::int64_t n_coeff = coefficients.size(1) / 2;
  const auto part = coefficients.tensor_split(6, 0);
  return at::cat({at::randn_like(part[0]), in_random_order(part[1], n_coeff), mix(part[2], rotation(part[2], n_coeff, 0, 1)),
                  mix(part[3], rotation(part[3], n_coeff, 1, 0.1)), rescaled(part[4], n_coeff), exchanged(part[5], n_coeff)},
                 0);
}

HeadCalibration calibrate(const Config& config, const at::Tensor& features, const VoxelBatch& held_out,
                          const NoiseRange& range) {
  const std::int64_t n = output_count(config);
  const at::Tensor heads = features.narrow(1, n, features.size(1) - n);
  HeadCalibration result;
  if (config.heads.uncertainty) {
    const at::Tensor errors = features.narrow(1, 0, n) - held_out.targets;
    const at::Tensor ratio = log_ratio(log_std(config, heads, held_out.log_noise, range), errors);
    for (std::int64_t output = 0; output < n; ++output)
      result.log_std_shift.push_back(static_cast<float>(log_correction(sorted(ratio.select(1, output)))));
  }
  if (config.heads.atypicality)
    result.score_threshold = static_cast<float>(sorted_quantile(sorted(score(heads)), 1 - outside_threshold));
  return result;
}

}  // namespace crbrt::trainer
