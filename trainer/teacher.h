/// A finished model whose estimates a smaller one is trained towards (distillation): what a better estimator makes of a voxel
/// is an easier target than the truth, which the noise has partly wiped out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "trainer/config.h"
#include "trainer/standardization.h"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

struct VoxelBatch;

class Teacher {
 public:
  /// Throws base::InputError for a file that is no model, and base::DisagreementError for one that does not bear the name
  /// config.distillation.teacher, reads other than n_coeff coefficients in that basis, or has other outputs.
  Teacher(const std::string& path, const Config& config, std::size_t n_coeff, const std::string& basis_sha256);
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
