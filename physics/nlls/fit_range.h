/// What a fit may vary, and from where: the unknown tissue parameters of a T1 model, their box, the scale that makes each O(1),
/// and starting points in that box.
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

// Starting points of a fit: a pool of seeded draws from the prior, simulated once and ranked for every voxel by the
// residual it would leave. Screening a voxel costs one small product instead of hundreds of simulations.
//
// The residual has a few separate minima that differ in omega0 (its sign above all) and B1; inside one of them the solver
// always ended at the same point, whatever the other parameters started from. So starts are the best draws of different
// (omega0, B1), not just the best ones.
class StartPool {
 public:
  /// n_draw draws (Stream::start) moved into the range, and the mean of every class.
  StartPool(const Simulator& simulator, const Basis& basis, const Prior& prior, const FitRange& range, std::size_t n_draw,
            std::uint64_t seed);

  /// The best draw, then the best of those that are not near an earlier one, until n_start are found (fewer in a small pool).
  /// Where omega0 is unknown, every draw stands for two: s(-omega0) = conj(s(omega0)).
  std::vector<Tissue> best(const Eigen::VectorXcd& data, std::size_t n_start) const;

 private:
  Tissue start(std::size_t candidate) const;

  double near_omega0_rad_s_;
  bool is_mirrored_;
  std::vector<Tissue> tissues_;
  Eigen::MatrixXcd directions_;  // [n_coeff, n_draw + n_class], unit columns
  Eigen::MatrixXcd mirrored_;    // the same at -omega0
};

}  // namespace crbrt::physics
