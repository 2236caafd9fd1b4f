/// Noisy voxels of one fingerprint of a data set, as the runtime reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "crbrt/view.h"
#include "physics/counter_random.h"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

/// sigma = 1 / snr_max of the data set, |M0| = SNR * sigma (paper Section 2.4: sigma 0.01, |M0| in [0.1, 1]).
class FingerprintNoise {
 public:
  FingerprintNoise(const physics::Dataset& dataset, std::uint64_t seed) : dataset_(dataset), seed_(seed) {}

  /// `n` voxels, each with its own |M0| (uniform over the data set's SNR range), phase and noise. Valid until the next call.
  View2<const float> random_snr(std::size_t fingerprint, std::size_t n);

  /// `n` voxels that share one M0 of random phase and differ in noise only. `condition` keeps the streams of several SNRs
  /// apart.
  View2<const float> fixed_snr(std::size_t fingerprint, std::size_t condition, double snr, std::size_t n);

  const std::vector<double>& snr() const noexcept { return snr_; }  ///< of each voxel of the last call

 private:
  physics::CounterRandom stream(std::size_t fingerprint, std::size_t condition) const;
  View2<const float> voxels(std::size_t fingerprint, const std::vector<double>& phase, physics::CounterRandom& random);

  const physics::Dataset& dataset_;
  std::uint64_t seed_;
  std::vector<double> snr_;
  std::vector<float> coefficients_;
};

}  // namespace crbrt::evaluation
