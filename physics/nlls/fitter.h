// SPDX-License-Identifier: Apache-2.0
/// The gold standard: nonlinear least squares over all tissue parameters and a complex M0, voxel by voxel (variable projection,
/// damped Gauss-Newton in a box, analytic Jacobian, several starts or a given one), with its covariance.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/forward_model.h"
#include "physics/nlls/voxel_fit.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// The fewest complex coefficients that leave as many real numbers as unknowns, and one more where sigma is estimated.
std::size_t least_rank(const Unknowns& unknowns, const FitSettings& settings);

class Fitter {
 public:
  /// Throws std::invalid_argument where model, prior and settings do not fit together (fewer real coefficients than unknowns,
  /// no degree of freedom left to estimate sigma from, a maximum a posteriori without sigma). n_screened fingerprints are
  /// evaluated when a voxel first asks for a draw. The model must serve the prior's range.
  Fitter(std::shared_ptr<const ForwardModel> model, const Prior& prior, const FitSettings& settings);
  /// The exact physics: basis [n_frame, n_coeff], orthonormal columns. Throws what SimulatedModel throws, too.
  Fitter(Sequence sequence, Basis basis, const Prior& prior, const FitSettings& settings);
  ~Fitter();
  Fitter(Fitter&&) noexcept;

  /// coefficients [n_coeff, n_voxel] -> one fit per column, the same bits for any number of threads and whatever other voxels
  /// there are. Where sigma is known and the residual is larger than expected, twice as many more starts are tried, and nine
  /// times as many again where the reduced chi-square is still above 4; none once four runs have ended at one point.
  /// on_voxel(n_done) is called after every voxel, one call at a time; it must not throw.
  std::vector<VoxelFit> fit(const Eigen::MatrixXcd& coefficients, const std::function<void(std::size_t)>& on_voxel = {}) const;

  /// The same from one start per voxel, e.g. a network's estimates (PartialTissue). Parameters of which a start says nothing
  /// (NaN) are those of the draw from the prior that lies nearest the data, and with FitSettings::rivals the start competes
  /// with the off-resonance and B1 of that draw. Where the fit ends with a larger residual than noise of a known sigma makes
  /// it, or without sigma than some draw has, it goes on beyond max_refining, and then begins anew from the draws, as fit()
  /// does.
  std::vector<VoxelFit> fit_from(const Eigen::MatrixXcd& coefficients, std::span<const Tissue> starts,
                                 const std::function<void(std::size_t)>& on_voxel = {}) const;

  /// Runs from more starts, e.g. what neighbours ended at, for voxels whose fits are known: ends[v] of column v, which has an
  /// estimate, or the end of a run from one of starts[v] where its cost is lower by more than n_agree counts as equal. Either
  /// way n_simulated grows by what the trial cost. The same bits for any number of threads.
  std::vector<VoxelFit> fit_again(const Eigen::MatrixXcd& coefficients, std::span<const VoxelFit> ends,
                                  std::span<const std::vector<Tissue>> starts,
                                  const std::function<void(std::size_t)>& on_voxel = {}) const;

  /// Fits a sample of the voxels that are to follow, each from its n_start draws and no more, and from then on expects of all
  /// what these leave: what the model does not describe (artefacts of undersampling, another basis) is no reason to look for
  /// another minimum. Nothing is expected beside noise where sigma is not known and where fewer than least_sample voxels of
  /// the sample have an estimate. Before the fits, not beside them.
  ExpectedResidual expect_residual_of(const Eigen::MatrixXcd& sample, std::size_t n_thread);
  static constexpr std::size_t least_sample = 16;
  /// What another fitter of the same data found.
  void expect(const ExpectedResidual& expected) noexcept;

  const FitSettings& settings() const noexcept;
  const FitRange& range() const noexcept;
  const ForwardModel& model() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::physics
