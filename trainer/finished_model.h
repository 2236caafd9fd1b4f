// SPDX-License-Identifier: Apache-2.0
/// Finished models in a training: the one that a run starts from, and the one that it is trained towards.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "physics/basis.h"
#include "trainer/config.h"
#include "trainer/training_data.h"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

struct VoxelBatch;

/// A finished model whose weights are the first ones of a run, without its checkpoint. The run also keeps what the model's
/// numbers refer to, so that its integers can replace those of the model: standardisation, range of the noise, threshold.
struct StartModel {
  std::vector<Operation> operations;  ///< the last one with the rows of the heads
  Standardization standardization;
  NoiseRange noise;                     ///< with uncertainty
  float score_threshold = 0;            ///< with atypicality
  std::optional<IntegerForm> integers;  ///< of crbrt-codegen or of another fine-tuning: where this one starts
  std::string sha256;                   ///< of the content: a checkpoint belongs to it
};

/// Throws base::InputError for a file that is no model, and base::DisagreementError for one of another network, preprocessing,
/// outputs, heads, basis or widths of integers than the configuration and data set. Networks without normalisation only.
StartModel read_start_model(const std::string& path, const Config& config, const physics::BasisIdentity& basis);

/// A finished model whose estimates a smaller one is trained towards (distillation): what a better estimator makes of a voxel
/// is an easier target than the truth, which the noise has partly wiped out.
class Teacher {
 public:
  /// Throws base::InputError for a file that is no model, and base::DisagreementError for one that does not bear the name
  /// config.distillation.teacher, reads other than n_coeff coefficients in that basis, or has other outputs.
  Teacher(const std::string& path, const Config& config, std::size_t n_coeff, const physics::BasisIdentity& basis);
  ~Teacher();

  /// coefficients [n_voxel, 2 * n_coeff], real parts then imaginary parts -> estimates [n_voxel, n_output] in SI units, by the
  /// runtime's kernels.
  std::vector<float> estimates(const float* coefficients, std::size_t n_voxel) const;

  /// Of the model's content: a checkpoint belongs to it.
  const std::string& sha256() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// [n, n_output] standardised as block.targets: `share` of the teacher's estimates and for the rest the truth.
at::Tensor mixed_targets(const VoxelBatch& block, const Teacher& teacher, double share, const Standardization& standardization);

}  // namespace crbrt::trainer
