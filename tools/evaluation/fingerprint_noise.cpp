// SPDX-License-Identifier: Apache-2.0
// Counter-based streams: (fingerprint, condition) decides every number, whichever thread asks.
#include "tools/evaluation/fingerprint_noise.h"

#include <bit>
#include <numbers>

#include "physics/counter_random.h"

namespace crbrt::evaluation {
namespace {

constexpr std::uint32_t condition_bits = 24, fingerprint_bits = 40;

// Exponent and 16 bits of the mantissa of a positive float: 24 bits that tell SNRs apart to 1e-5 and exceed any named
// condition.
std::uint32_t condition_of_snr(double snr) { return std::bit_cast<std::uint32_t>(static_cast<float>(snr)) >> 7; }

}  // namespace

physics::CounterRandom FingerprintNoise::stream_of(std::size_t fingerprint, std::uint32_t condition) const {
  static_assert(condition_bits + fingerprint_bits == 64);  // more fingerprints than fit in memory
  return {seed_, physics::Stream::evaluation_noise, fingerprint | static_cast<std::uint64_t>(condition) << fingerprint_bits};
}

physics::CounterRandom FingerprintNoise::stream(std::size_t fingerprint, Condition condition, std::uint32_t variant) const {
  return stream_of(fingerprint, static_cast<std::uint32_t>(condition) + 16 * variant);
}

View2<const float> FingerprintNoise::random_snr(std::size_t fingerprint, std::size_t n) {
  auto random = stream(fingerprint, Condition::random_snr);
  std::vector<double> phase(n);
  snr_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    snr_[i] = dataset_.snr_min + (dataset_.snr_max - dataset_.snr_min) * random.uniform();
    phase[i] = 2 * std::numbers::pi * random.uniform();
  }
  return voxels(dataset_.coefficients.col(static_cast<Eigen::Index>(fingerprint)), phase, random);
}

View2<const float> FingerprintNoise::fixed_snr(std::size_t fingerprint, double snr, std::size_t n) {
  auto random = stream_of(fingerprint, condition_of_snr(snr));
  snr_.assign(n, snr);
  const std::vector<double> phase(n, 2 * std::numbers::pi * random.uniform());
  return voxels(dataset_.coefficients.col(static_cast<Eigen::Index>(fingerprint)), phase, random);
}

View2<const float> FingerprintNoise::voxel(const Eigen::VectorXcd& coefficients, double snr, physics::CounterRandom& random) {
  snr_.assign(1, snr);
  return voxels(coefficients, {2 * std::numbers::pi * random.uniform()}, random);
}

View2<const float> FingerprintNoise::voxels(const Eigen::Ref<const Eigen::VectorXcd>& c, const std::vector<double>& phase,
                                            physics::CounterRandom& random) {
  const std::size_t n_coeff = static_cast<std::size_t>(c.size()), width = 2 * n_coeff;
  const float sigma = static_cast<float>(sigma_);
  coefficients_.resize(phase.size() * width);
  physics::fill_normal(random, coefficients_);
  for (std::size_t v = 0; v < phase.size(); ++v) {
    const std::complex<double> m0 = std::polar(snr_[v] * sigma_, phase[v]);
    float* voxel = &coefficients_[v * width];
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const std::complex<double> signal = m0 * c[static_cast<Eigen::Index>(k)];
      voxel[k] = static_cast<float>(signal.real()) + sigma * voxel[k];
      voxel[n_coeff + k] = static_cast<float>(signal.imag()) + sigma * voxel[n_coeff + k];
    }
  }
  return {coefficients_.data(), phase.size(), width};
}

}  // namespace crbrt::evaluation
