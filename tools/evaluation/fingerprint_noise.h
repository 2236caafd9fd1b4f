// SPDX-License-Identifier: Apache-2.0
/// Noisy voxels of one fingerprint, as the runtime reads them.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstdint>
#include <vector>

#include "crbrt/view.h"
#include "physics/counter_random.h"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

/// Keeps the noise of different uses of one fingerprint apart. Those below 16 are named; the rest belong to SNRs.
enum class Condition : std::uint32_t { random_snr = 0, permutation = 1, partner = 2, atypicality = 3 };

/// sigma = 1 / snr_max of the data set, |M0| = SNR * sigma ([paper] Section 2.4: sigma 0.01, |M0| in [0.1, 1]).
/// Every number is a function of seed, fingerprint and condition (for a fixed SNR: the SNR itself), whatever else is asked for.
class FingerprintNoise {
 public:
  FingerprintNoise(const physics::Dataset& dataset, std::uint64_t seed)
      : dataset_(dataset), seed_(seed), sigma_(1 / dataset.snr_max) {}

  /// `n` voxels, each with its own |M0| (uniform over the data set's SNR range), phase and noise. Valid until the next call.
  View2<const float> random_snr(std::size_t fingerprint, std::size_t n);

  /// `n` voxels that share one M0 of random phase and differ in noise only.
  View2<const float> fixed_snr(std::size_t fingerprint, double snr, std::size_t n);

  /// One voxel of other coefficients than the data set's, with a random phase; `random` continues a stream of ours.
  /// Coefficients of zero give pure noise.
  View2<const float> voxel(const Eigen::VectorXcd& coefficients, double snr, physics::CounterRandom& random);

  physics::CounterRandom stream(std::size_t fingerprint, Condition condition, std::uint32_t variant = 0) const;

  double sigma() const noexcept { return sigma_; }
  const std::vector<double>& snr() const noexcept { return snr_; }  ///< of each voxel of the last call

 private:
  physics::CounterRandom stream_of(std::size_t fingerprint, std::uint32_t condition) const;
  View2<const float> voxels(const Eigen::Ref<const Eigen::VectorXcd>& c, const std::vector<double>& phase,
                            physics::CounterRandom& random);

  const physics::Dataset& dataset_;
  std::uint64_t seed_;
  double sigma_;
  std::vector<double> snr_;
  std::vector<float> coefficients_;
};

}  // namespace crbrt::evaluation
