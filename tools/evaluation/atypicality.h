// SPDX-License-Identifier: Apache-2.0
/// Does the model's score tell voxels that it was trained for from others? Receiver operating characteristics at one SNR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

struct RocPoint {
  double false_alarms = 0;  ///< share of typical scores at or above a threshold
  double hits = 0;          ///< share of atypical scores at or above it
};

struct Roc {
  double area = 0;              ///< P(atypical > typical) + P(equal) / 2
  std::vector<RocPoint> curve;  ///< from (0, 0) to (1, 1), at most `max_points`
};

/// A high score should mean atypical. Equal scores count half. Both samples must hold something and no NaN.
Roc roc(std::vector<float> typical, std::vector<float> atypical, std::size_t max_points = 101);

/// Coefficients of something else at M0 = 1, [n_coeff, n]: another sequence, fat.
struct OtherSet {
  std::string name;
  Eigen::MatrixXcd coefficients;
};

struct AtypicalKind {
  std::string name;  ///< permuted, reversed, noise, two_compartments, or that of an OtherSet
  std::size_t n_voxel = 0;
  Roc roc;
  double above_threshold = 0;  ///< share that the model's own threshold marks
};

struct AtypicalityResult {
  double snr = 0, threshold = 0;
  std::size_t n_typical = 0;
  double false_alarms = 0;  ///< share of typical voxels that the model's own threshold marks
  std::vector<AtypicalKind> kinds;
};

struct AtypicalityOptions {
  std::size_t count = 0;  ///< fingerprints, one voxel each
  double snr = 50;
  std::uint64_t seed = 1;
  Isa isa = Isa::automatic;
};

/// One noisy voxel per fingerprint is typical. Against them:
///   permuted          its coefficients in a random order, another one for every voxel
///   reversed          its coefficients from last to first
///   noise             no signal at all
///   two_compartments  w c + (1 - w) c', w uniform in [0.25, 0.75], c' the most alike in omega0 and B1 of 64 drawn fingerprints
///   and every other set, at the same |M0|.
/// The program must have a score, the other sets its rank.
AtypicalityResult measure_atypicality(const Program& program, const physics::Dataset& dataset,
                                      const std::vector<OtherSet>& others, const AtypicalityOptions& options);

}  // namespace crbrt::evaluation
