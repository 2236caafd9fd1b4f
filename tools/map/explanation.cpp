// SPDX-License-Identifier: Apache-2.0
// Each explanation undoes its fault: on the profile, and on the voxels for the model to judge. Sums in double: a brain has
// millions of voxels.
#include "tools/map/explanation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace crbrt::map {
namespace {

using Values = std::vector<double>;
using Order = std::vector<std::size_t>;

constexpr double equal = 0.1;  // better matches than this say nothing more
// Any order can be sorted into a match.
constexpr double price_of_order = 1.5, price_of_a_number = 1.1;
// Noise has random phases against the reference coefficient, so its mean vanishes. Signal of the widest prior keeps 0.04.
constexpr double coherence_of_noise = 0.01;

Values log_ratio(const Values& p, const Values& q) {
  Values ratio;
  for (std::size_t k = 0; k < p.size(); ++k) ratio.push_back(std::log(std::max(p[k], 1e-12) / std::max(q[k], 1e-12)));
  return ratio;
}

double size_of(const Values& x) {
  double sum = 0;
  for (const double value : x) sum += value * value * value * value;
  return std::pow(sum / static_cast<double>(x.size()), 0.25);
}

Order strongest_first(const Values& p) {
  Order order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  return order;
}

/// Coefficient k of the result is coefficient from[k].
std::vector<float> reordered(std::span<const float> interleaved, const Order& from) {
  const std::size_t width = 2 * from.size();
  std::vector<float> result(interleaved.size());
  for (std::size_t first = 0; first < interleaved.size(); first += width) {
    for (std::size_t i = 0; i < width; ++i) result[first + i] = interleaved[first + 2 * from[i / 2] + i % 2];
  }
  return result;
}

Explanation in_order(Cause cause, double price, const Order& from, const Values& p, const Values& q,
                     std::span<const float> interleaved) {
  Values moved;
  for (const std::size_t k : from) moved.push_back(p[k]);
  return {cause, log_mismatch(moved, q), price, 0, reordered(interleaved, from)};
}

/// The k-th strongest coefficient goes where the k-th strongest was in training.
Order order_like(const Values& p, const Values& q) {
  const Order of_p = strongest_first(p), of_q = strongest_first(q);
  Order from(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) from[of_q[i]] = of_p[i];
  return from;
}

/// Least squares of ln(p / q) = a + exponent * ln q.
Explanation scaled(const Values& p, const Values& q, std::span<const float> interleaved) {
  const Values y = log_ratio(p, q), x = log_ratio(q, Values(q.size(), 1.0));
  const double n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n, mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, xy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mean_x) * (x[k] - mean_x);
    xy += (x[k] - mean_x) * (y[k] - mean_y);
  }
  const double exponent = xx > 0 ? xy / xx : 0;
  Values left;
  for (std::size_t k = 0; k < x.size(); ++k) left.push_back(y[k] - mean_y - exponent * (x[k] - mean_x));
  std::vector<float> corrected(interleaved.begin(), interleaved.end());
  for (std::size_t i = 0; i < corrected.size(); ++i)
    corrected[i] *= static_cast<float>(std::pow(q[i / 2 % q.size()], -exponent));
  return {Cause::scaled, size_of(left), price_of_a_number, exponent, std::move(corrected)};
}

/// The share of noise, equally strong in all coefficients, that best explains p.
Explanation noise_share(const Values& p, const Values& q) {
  Explanation best{Cause::noise, log_mismatch(p, q), 1, 0, {}};
  for (int percent = 1; percent <= 100; ++percent) {
    const double f = percent / 100.0;
    Values mixed;
    for (const double value : q) mixed.push_back(std::sqrt((1 - f) * value * value + f / static_cast<double>(q.size())));
    if (const double m = log_mismatch(p, mixed); m < best.log_mismatch) best.log_mismatch = m, best.number = f;
  }
  return best;
}

/// Turning makes these coherent whatever they hold.
bool is_reference(std::size_t k, const Turning& turning) {
  return k == turning.phase_reference || k == turning.conjugate_reference;
}

/// Energy of the mean over energy, of all coefficients but the references.
double coherence(const Profile& profile, const Turning& turning) {
  double mean = 0, all = 0;
  for (std::size_t k = 0; k < profile.rms.size(); ++k) {
    if (is_reference(k, turning)) continue;
    mean += std::norm(profile.mean[k]);
    all += profile.rms[k] * profile.rms[k];
  }
  return all > 0 ? mean / all : 0;
}

/// Without the references: what is left for signal when a share `fraction` of all energy is noise. No coherence can exceed it.
double signal_share(double fraction, const Values& q, const Turning& turning) {
  double signal = 0, noise = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (is_reference(k, turning)) continue;
    signal += (1 - fraction) * q[k] * q[k];
    noise += fraction / static_cast<double>(q.size());
  }
  return signal + noise > 0 ? signal / (signal + noise) : 0;
}

/// The voxels as if a stack of all real, then all imaginary parts had been read as pairs; else the other way round.
std::vector<float> untangled(std::span<const float> interleaved, std::size_t n_coeff, bool was_read_as_pairs) {
  std::vector<float> result(interleaved.size());
  for (std::size_t first = 0; first < interleaved.size(); first += 2 * n_coeff) {
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) {
      const std::size_t in_stack = i % 2 * n_coeff + i / 2;  // where number i of the pairs lies in a stack
      if (was_read_as_pairs)
        result[first + i] = interleaved[first + in_stack];
      else
        result[first + in_stack] = interleaved[first + i];
    }
  }
  return result;
}

}  // namespace

double Explanation::cost() const { return std::max(log_mismatch, equal) * price; }

double log_mismatch(const Values& p, const Values& q) { return size_of(log_ratio(p, q)); }

std::vector<Explanation> explanations_of(const Profile& trained, const Profile& seen, std::span<const float> interleaved,
                                         const Turning& turning) {
  const Values &p = seen.rms, &q = trained.rms;
  Order reversed(p.size());
  std::iota(reversed.rbegin(), reversed.rend(), std::size_t{0});
  std::vector<Explanation> all;
  all.push_back(in_order(Cause::reversed, 1, reversed, p, q, interleaved));
  all.push_back(in_order(Cause::permuted, price_of_order, order_like(p, q), p, q, interleaved));
  all.push_back(scaled(p, q, interleaved));
  for (const bool pairs : {false, true}) {
    std::vector<float> corrected = untangled(interleaved, p.size(), pairs);
    const double mismatch = log_mismatch(profile_of(corrected, p.size(), turning).rms, q);
    all.push_back({Cause::interleaved, mismatch, 1, 0, std::move(corrected)});
  }
  Explanation noise = noise_share(p, q);
  const double n_voxel = static_cast<double>(interleaved.size() / (2 * p.size()));  // the mean of n numbers is not quite zero
  if (coherence(seen, turning) <= signal_share(noise.number, q, turning) + coherence_of_noise + 2 / n_voxel)
    all.push_back(std::move(noise));
  return all;
}

std::optional<Profile> trained_profile(const Program& program) {
  const Preprocessing& p = program.preprocessing;
  const std::size_t n = program.n_coeff;
  bool standardised = false;
  for (std::size_t i = 0; i < 2 * n; ++i) standardised = standardised || p.mean[i] != 0 || p.inverse_std[i] != 1;
  if (p.l2_normalize == 0 || !standardised) return std::nullopt;
  Profile profile;
  double total = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const std::complex<double> mean(static_cast<double>(p.mean[k]), static_cast<double>(p.mean[n + k]));
    const double power = std::norm(mean) + std::pow(static_cast<double>(p.inverse_std[k]), -2) +
                         std::pow(static_cast<double>(p.inverse_std[n + k]), -2);
    profile.mean.push_back(mean);
    profile.rms.push_back(std::sqrt(power));
    total += power;
  }
  // The squares sum to 1 but for what training rounds away, e.g. the variance of a component that is always zero.
  for (double& rms : profile.rms) rms /= std::sqrt(total);
  return profile;
}

Profile profile_of(std::span<const float> interleaved, std::size_t n_coeff, const Turning& turning) {
  const std::size_t n_voxel = interleaved.size() / (2 * n_coeff);
  std::vector<double> power(n_coeff);
  std::vector<std::complex<double>> mean(n_coeff);
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const float* const c = interleaved.data() + v * 2 * n_coeff;
    double norm2 = 0;
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) norm2 += static_cast<double>(c[i]) * static_cast<double>(c[i]);
    const auto value = [&](std::size_t k) {
      return std::complex<double>(static_cast<double>(c[2 * k]), static_cast<double>(c[2 * k + 1]));
    };
    const std::complex<double> r = value(turning.phase_reference);
    const std::complex<double> turn = (std::abs(r) > 0 ? std::conj(r) / std::abs(r) : 1.0) / std::sqrt(norm2);
    const bool conjugates = turning.conjugate_reference && (turn * value(*turning.conjugate_reference)).imag() < 0;
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const std::complex<double> turned = conjugates ? std::conj(turn * value(k)) : turn * value(k);
      power[k] += std::norm(turned);
      mean[k] += turned;
    }
  }
  Profile profile;
  for (std::size_t k = 0; k < n_coeff; ++k) {
    profile.rms.push_back(std::sqrt(power[k] / static_cast<double>(n_voxel)));
    profile.mean.push_back(mean[k] / static_cast<double>(n_voxel));
  }
  return profile;
}

Turning turning_of(const Program& program) {
  const Preprocessing& p = program.preprocessing;
  Turning turning;
  if (p.phase_reference >= 0) turning.phase_reference = static_cast<std::size_t>(p.phase_reference);
  if (p.conjugate_reference >= 0) turning.conjugate_reference = static_cast<std::size_t>(p.conjugate_reference);
  return turning;
}

}  // namespace crbrt::map
