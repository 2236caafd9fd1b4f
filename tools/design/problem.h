// SPDX-License-Identifier: Apache-2.0
/// What a train is designed for: tissue points, fields, weights, limits and compression, read from JSON (docs/design.md).
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/prior.h"
#include "physics/quantity.h"
#include "physics/sequence.h"
#include "physics/tissue.h"
#include "tools/subspace/basis.h"

namespace crbrt::design {

/// What every pulse and the whole train must obey.
/// The defaults are those of the published trains.
struct Limits {
  double alpha_max_rad = 2.2;  ///< balanced pulses: R2sl exists with room to spare
  double trf_min_s = 100e-6;
  double trf_max_s = 500e-6;
  double energy_rad2_per_s = 1.1411e6;  ///< sum alpha^2 / trf, inversion included
  double b1_rms_ut = 2.0;
  double b1_peak_ut = 23.5;
};

/// Empty when the sequence obeys, else one line: which pulse or figure, the limit, what was found.
std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits);

inline constexpr const auto& quantity_names = physics::paper_quantities;
inline constexpr std::size_t n_quantity = quantity_names.size();
using PerQuantity = std::array<double, n_quantity>;

struct DesignTissue {
  std::string name;
  physics::Tissue tissue;  ///< on resonance, nominal B1
  PerQuantity weight{};    ///< of its relative bounds
};

struct Field {
  double omega0_rad_s = 0;
  double b1_rel = 1;
};

struct Compression {
  Eigen::Index rank = 13;
  subspace::BasisKind kind = subspace::BasisKind::crb;
  double share = 0.5;          ///< of the compressed bounds in the cost; the rest is the time domain's
  std::uint64_t n_draw = 256;  ///< prior fingerprints that span the basis
  physics::Prior prior;
};

struct Problem {
  std::string name;
  double tr_s = 3.5e-3;
  std::size_t n_pulse = 1142;
  std::size_t n_alpha = 60, n_trf = 30;  ///< spline coefficients: the smoothness of the train
  double snr = 50;                       ///< |M0| / sigma at which bounds are stated
  Limits limits;
  Compression compression;
  std::vector<DesignTissue> tissues;
  std::vector<Field> fields;  ///< every tissue is seen at each

  physics::Tissue point(std::size_t tissue, std::size_t field) const;
  /// d cost / d bound [n_bound] of a point, bounds at M0 = sigma = 1: weight / value^2 / (fields snr^2).
  Eigen::VectorXd bound_weights(std::size_t tissue, std::size_t field) const;
  /// Relative bounds of the three quantities at `snr`.
  PerQuantity relative(std::size_t tissue, std::size_t field, const Eigen::VectorXd& crb) const;
  physics::TissueDomain domain() const;
};

/// Throws base::InputError.
Problem read_problem(const std::string& path);

}  // namespace crbrt::design
