// SPDX-License-Identifier: Apache-2.0
/// The forward part of a model file as what a fit compares data with (physics/nlls/forward_model.h), in place of the simulator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/isa.h"
#include "crbrt/loader.hpp"
#include "physics/nlls/forward_model.h"
#include "physics/unknowns.h"

namespace crbrt::learned {

class LearnedModel : public physics::ForwardModel {
 public:
  /// `model` outlives this. Throws base::DisagreementError naming `path` where the model has no forward part, or one whose
  /// inputs are no unknowns of our simulator.
  LearnedModel(const Model& model, const std::string& path, Isa isa = Isa::automatic);

  /// The parameters that are no inputs are ignored: they are what the prior of the training fixed. Derivatives by them are 0,
  /// and so is that by r1_semi_hz of an apparent R1. Outside its trained ranges a model extrapolates.
  void evaluate(std::span<const physics::Tissue> tissues, physics::Signals& coefficients, physics::Signals& jacobian,
                physics::Precision precision = physics::Precision::full) const override;
  void evaluate(std::span<const physics::Tissue> tissues, physics::Signals& coefficients) const override;
  Eigen::Index n_coeff() const noexcept override { return static_cast<Eigen::Index>(program_.n_coeff); }
  /// Of the period of omega0; 0 where that is no input.
  double tr_s() const noexcept override;
  bool is_mirrored_by_conjugation() const noexcept override { return program_.is_mirrored != 0; }
  /// What the file says of its held-out fingerprints.
  double coefficient_error() const noexcept override { return coefficient_error_; }
  /// Tissues of one tile.
  std::size_t n_lane() const noexcept override;

  const physics::Unknowns& unknowns() const noexcept { return unknowns_; }
  const ForwardProgram& program() const noexcept { return program_; }

 private:
  /// parts [n_tissue, 2 n_coeff] and, unless it is empty, derivatives [n_tissue, n_input * 2 n_coeff].
  void run(std::span<const physics::Tissue> tissues, std::vector<float>& parts, std::vector<float>& derivatives) const;

  const ForwardProgram& program_;
  const double coefficient_error_;
  const Isa isa_;
  const std::uint64_t number_;  // of this object among all of the process
  physics::Unknowns unknowns_;
};

}  // namespace crbrt::learned
