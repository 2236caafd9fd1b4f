// SPDX-License-Identifier: Apache-2.0
/// The fit of one voxel: solver runs from several starts side by side, of which those that cannot win are ended early, and a
/// description of the best.
#pragma once

#include <optional>
#include <vector>

#include "physics/nlls/descent.h"
#include "physics/nlls/voxel_fit.h"

namespace crbrt::physics {

/// What all voxels of a fit share.
struct SearchRules {
  const FitRange& range;
  const FitSettings& settings;
  const PriorTerms* prior;       ///< null without FitSettings::map_prior
  double damping;                ///< the first one of every run
  double model_error = 0;        ///< ForwardModel::coefficient_error()
  double chi_square_factor = 1;  ///< ExpectedResidual::factor
};

/// Costs of one voxel within this of each other are of the same minimum: a log-likelihood of 0.01, and what rounding in single
/// precision leaves, which counts without noise. Squared units of the data, whose norm is `norm`.
double cost_tolerance(double sigma, double norm);

class VoxelSearch {
 public:
  /// data [n_coeff], as measured: neither zero nor infinite. The rules must outlive this.
  VoxelSearch(const SearchRules& rules, const Eigen::Ref<const Eigen::VectorXcd>& data);
  VoxelSearch(const VoxelSearch&) = delete;

  /// data / ||data||: costs and tolerances then do not depend on the scanner's units.
  const Eigen::VectorXcd& unit_data() const noexcept { return objective_.data(); }

  void add_starts(const std::vector<Tissue>& starts, int max_evaluations);
  /// Of the runs that there are, only the best goes on after so many simulations each.
  void race(int n_evaluation) { race_ = n_evaluation; }

  /// Whether the best run was ended by its number of steps before its last was fit to be taken on trust.
  bool ran_out() const;

  /// Where the best run was ended by its number of steps: on from there with the settings' own, once. False where there is
  /// nothing to go on with.
  bool go_on();

  bool is_running() const;
  /// Of the simulations that it asks for: single until all runs have ended once.
  Precision precision() const noexcept { return precision_; }
  /// Appends the tissues that running runs ask for.
  void ask(std::vector<Tissue>& tissues) const;
  /// Takes the answers from column `first` on, in the order of ask(); returns the column behind the last.
  Eigen::Index take(const Signals& coefficients, const Signals& jacobian, Eigen::Index first);
  /// Once no run is running: goes on from the best end in full precision. False where nothing can or need go on.
  bool polish();

  /// Half the squared residual of the best run over that of no signal at all; infinite where no run is finite.
  double best_misfit() const;

  /// Reduced, of the best run, with the forward model's error beside the noise and over what is expected of the data; empty
  /// where sigma is not known.
  std::optional<double> chi_square() const;

  /// False where sigma is known and one voxel in 10,000 at most leaves so large a residual by all that alone.
  bool is_plausible() const;

  /// Runs that ended at the best minimum, or on the way there, for noise sigma (VoxelFit::n_agree). Once no run is running.
  std::size_t n_agree(double sigma) const;

  /// Once no run is running.
  VoxelFit result() const;

 private:
  void end_losers();
  void end_race();
  const Descent& best() const;
  FitStatus status_at(const LocalModel& end, const VoxelFit& fit) const;

  const SearchRules& rules_;
  double norm_;
  Objective objective_;
  Precision precision_ = Precision::single;
  std::vector<Descent> runs_;
  bool has_gone_on_ = false;
  int race_ = 0;
};

}  // namespace crbrt::physics
