// SPDX-License-Identifier: Apache-2.0
/// What a fit may vary, and from where: the unknown tissue parameters of a T1 model, their box, and the scale that makes each
/// O(1).
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/crb.h"
#include "physics/prior.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// The distributions of [paper] Section 2.4 (docs/references.md) with finite ends where the paper leaves a side open; omega0 in
/// +-pi / TR.
Prior paper_fit_prior(double tr_s);

/// The union of a prior's classes as a box over the unknowns, which are in the order of bound_names(unknowns()). What the prior
/// fixes is known, and keeps its value.
class FitRange {
 public:
  /// An open side of a Gaussian ends at 6 std. With T1Model::apparent r1_semi_hz follows r1_free_hz; with
  /// T1Model::separate and a prior of the apparent model, r1_semi_hz takes the range of r1_free_hz.
  /// Throws std::invalid_argument when the prior gives a parameter no range, or fixes all of them.
  FitRange(const Prior& prior, T1Model model);

  const Unknowns& unknowns() const noexcept { return unknowns_; }
  std::size_t n_unknown() const noexcept { return unknowns_.size(); }
  Parameter parameter(std::size_t unknown) const { return unknowns_.parameters()[unknown]; }
  double minimum(std::size_t unknown) const { return minimum_[unknown]; }  ///< SI
  double maximum(std::size_t unknown) const { return maximum_[unknown]; }
  double scale(std::size_t unknown) const { return scale_[unknown]; }  ///< SI per unit of the scaled vector

  /// Scaled vector of a tissue, moved into the box.
  Eigen::VectorXd to_scaled(const Tissue& tissue) const;
  /// Tissue of a scaled vector, clamped to the box so that rounding never leaves the simulator's domain.
  Tissue to_tissue(const double* scaled) const;
  /// d/d(scaled) from d/d(parameter): columns of r1 are added for T1Model::apparent.
  Eigen::MatrixXcd to_scaled_jacobian(const Eigen::MatrixXcd& jacobian) const;

  /// Which unknowns lie within 1e-6 of the box's width from a wall: bit 2 u for the minimum of unknown u, 2 u + 1 for its
  /// maximum.
  std::uint32_t walls(const Tissue& tissue) const;

  /// The domain a simulator needs for this box.
  TissueDomain domain() const;

 private:
  void add(Parameter parameter, const Prior& prior);

  Unknowns unknowns_;
  std::array<double, n_parameter> known_{};  ///< SI; of unknowns meaningless
  std::vector<double> minimum_, maximum_, scale_;
};

/// The centre of a class: means of its Gaussians, middles of its uniform distributions.
Tissue mean_tissue(const TissueClass& tissue_class, T1Model model);

}  // namespace crbrt::physics
