// Sums in double: a brain has millions of voxels.
#include "tools/map/profile.h"

#include <cmath>

namespace crbrt::map {

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

Profile profile_of(std::span<const float> interleaved, std::size_t n_coeff, std::size_t reference) {
  const std::size_t n_voxel = interleaved.size() / (2 * n_coeff);
  std::vector<double> power(n_coeff);
  std::vector<std::complex<double>> mean(n_coeff);
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const float* const c = interleaved.data() + v * 2 * n_coeff;
    double norm2 = 0;
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) norm2 += static_cast<double>(c[i]) * static_cast<double>(c[i]);
    const std::complex<double> r(static_cast<double>(c[2 * reference]), static_cast<double>(c[2 * reference + 1]));
    const std::complex<double> turn = (std::abs(r) > 0 ? std::conj(r) / std::abs(r) : 1.0) / std::sqrt(norm2);
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const std::complex<double> turned =
          turn * std::complex<double>(static_cast<double>(c[2 * k]), static_cast<double>(c[2 * k + 1]));
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

std::size_t phase_reference(const Program& program) {
  return program.preprocessing.phase_reference < 0 ? 0 : static_cast<std::size_t>(program.preprocessing.phase_reference);
}

}  // namespace crbrt::map
