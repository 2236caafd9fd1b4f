// Counter-based streams: (fingerprint, condition) decides every number, whichever thread asks.
#include "tools/eval/fingerprint_noise.h"

#include <complex>
#include <numbers>

#include "tools/eval/normal_block.h"

namespace crbrt::evaluation {

physics::CounterRandom FingerprintNoise::stream(std::size_t fingerprint, std::size_t condition) const {
  // Conditions lie above any count of fingerprints that fits in memory.
  return {seed_, physics::Stream::evaluation_noise, fingerprint | static_cast<std::uint64_t>(condition) << 40};
}

View2<const float> FingerprintNoise::random_snr(std::size_t fingerprint, std::size_t n) {
  auto random = stream(fingerprint, 0);
  std::vector<double> phase(n);
  snr_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    snr_[i] = dataset_.snr_min + (dataset_.snr_max - dataset_.snr_min) * random.uniform();
    phase[i] = 2 * std::numbers::pi * random.uniform();
  }
  return voxels(fingerprint, phase, random);
}

View2<const float> FingerprintNoise::fixed_snr(std::size_t fingerprint, std::size_t condition, double snr, std::size_t n) {
  auto random = stream(fingerprint, condition + 1);
  snr_.assign(n, snr);
  return voxels(fingerprint, std::vector<double>(n, 2 * std::numbers::pi * random.uniform()), random);
}

View2<const float> FingerprintNoise::voxels(std::size_t fingerprint, const std::vector<double>& phase,
                                            physics::CounterRandom& random) {
  const auto c = dataset_.coefficients.col(static_cast<Eigen::Index>(fingerprint));
  const std::size_t n_coeff = static_cast<std::size_t>(c.size()), width = 2 * n_coeff;
  const float sigma = static_cast<float>(1 / dataset_.snr_max);
  coefficients_.resize(phase.size() * width);
  fill_normal(random, coefficients_);
  for (std::size_t v = 0; v < phase.size(); ++v) {
    const std::complex<double> m0 = std::polar(snr_[v] / dataset_.snr_max, phase[v]);
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
