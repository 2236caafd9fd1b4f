// SPDX-License-Identifier: Apache-2.0
/// The table of a forward model: the functions of the off-resonance that the coefficients of a thousand tissues are sums of, as
/// leading singular vectors.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "trainer/forward/forward_config.h"

namespace crbrt::trainer {

class PhaseBasis {
 public:
  /// Of the sequence and basis of `training`. Both outlive it.
  PhaseBasis(const physics::Dataset& training, const ForwardConfig& config) : training_(training), config_(config) {}

  /// The tissues of a set of crbrt-simulate --off-resonances; sets may have different numbers of off-resonances. Throws
  /// base::DisagreementError naming `file` where the set is of another sequence or basis or holds no whole tissue.
  void add(const physics::Dataset& set, const std::string& file);

  /// Control points [intervals + 3][2 n_coeff][rank] of cubic B-splines over half a period, in standard deviations of the noise
  /// at forward_snr; factors of unit variance give the tissues. Throws base::DisagreementError naming `file` where there are
  /// fewer tissues than the rank.
  std::vector<float> table(const std::string& file) const;

 private:
  const physics::Dataset& training_;
  const ForwardConfig& config_;
  std::vector<Eigen::MatrixXd> amplitudes_;  ///< of each tissue [2 n_phase, n_coeff]
};

}  // namespace crbrt::trainer
