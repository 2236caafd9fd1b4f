// SPDX-License-Identifier: Apache-2.0
/// A refinement of what a network estimates: fits from given starts, by way of a model that costs less where there is one.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "physics/nlls/fitter.h"

namespace crbrt::physics {

/// The settings of a refinement: few steps in single precision from the given start, the last of them on trust where it moves
/// less than half a standard deviation, and twice the draws where it ends in a wrong minimum.
FitSettings refining(FitSettings settings = {});

/// The same for a learned model, to which a search among the draws costs as much as a whole fit.
FitSettings refining_learned(FitSettings settings = {});

class Refiner {
 public:
  /// `approach`, by a model that costs a small part of the fitter's (a learned one), begins, and the fitter goes on where it
  /// ends.
  explicit Refiner(Fitter fitter, std::optional<Fitter> approach = std::nullopt)
      : fitter_(std::move(fitter)), approach_(std::move(approach)) {}

  /// As Fitter::fit_from. What the approach costs is not counted in VoxelFit::n_simulated.
  std::vector<VoxelFit> refine(const Eigen::MatrixXcd& coefficients, std::vector<Tissue> starts) const;

  /// As Fitter::expect_residual_of, by the model that costs less, because a sample takes thousands of simulations.
  ExpectedResidual expect_residual_of(const Eigen::MatrixXcd& sample, std::size_t n_thread);

  const Fitter& fitter() const noexcept { return fitter_; }
  const Fitter* approach() const noexcept { return approach_ ? &*approach_ : nullptr; }

 private:
  Fitter fitter_;
  std::optional<Fitter> approach_;
};

}  // namespace crbrt::physics
