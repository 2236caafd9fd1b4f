// SPDX-License-Identifier: Apache-2.0
/// Dictionary matching as magnetic resonance fingerprinting does it: fingerprints of a grid of tissues, compressed, scaled to
/// unit norm, and compared with all voxels of a batch by one matrix product. A practitioner's peer of the estimators of this
/// project.
///
/// A grid takes some tissue parameters for its axes; the others keep one value, the middle of the prior (B1 = nominal, omega0 =
/// 0). A voxel gets the entry of the largest |<d, c>|, which is the least-squares fit of a complex M0 over the entries.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstddef>
#include <string>
#include <vector>

#include "physics/basis.h"
#include "physics/prior.h"
#include "physics/simulator.h"

namespace crbrt::bench {

/// One axis of a grid: SI units, ascending.
struct Axis {
  physics::Parameter parameter;
  std::vector<double> values;
};

/// `n_point` values of each parameter, each the middle of an equal share of the prior's draws: dense where tissues are.
std::vector<Axis> axes_of(const physics::Prior& prior, const std::vector<physics::Parameter>& parameters, std::size_t n_point);

/// The tissues of a grid, the last axis fastest. Those with T2f > T1 are left out where the prior has none such.
std::vector<physics::Tissue> grid_tissues(const physics::Prior& prior, const std::vector<Axis>& axes);

class Dictionary {
 public:
  /// Simulates every tissue: seconds per thousand. Throws what Simulator throws, and std::invalid_argument for no tissue.
  Dictionary(const physics::Simulator& simulator, const physics::Basis& basis, std::vector<physics::Tissue> tissues);

  /// coefficients [n_coeff, n_voxel] -> the best entry of every voxel. On one core.
  std::vector<std::size_t> match(const Eigen::Ref<const Eigen::MatrixXcd>& coefficients) const;

  const physics::Tissue& tissue(std::size_t entry) const { return tissues_[entry]; }
  double signal_norm(std::size_t entry) const { return norms_[entry]; }  ///< ||c|| at M0 = 1
  std::size_t size() const noexcept { return tissues_.size(); }
  std::size_t bytes() const noexcept { return static_cast<std::size_t>(entries_.size()) * sizeof(std::complex<float>); }

  /// "OpenBLAS 0.3.21", or "Eigen" in a build that found no OpenBLAS.
  static std::string product_name();

 private:
  std::vector<physics::Tissue> tissues_;
  std::vector<double> norms_;
  Eigen::MatrixXcf entries_;  ///< [n_coeff, n_entry], columns of unit norm
};

}  // namespace crbrt::bench
