/// A session with the arena and the buffers it needs, for one thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/bound_session.h"
#include "crbrt/crbrt.hpp"

namespace crbrt::evaluation {

class ModelRunner {
 public:
  /// `program` must outlive the runner. Throws base::Error when the session cannot be bound (an ISA this CPU lacks: usage).
  ModelRunner(const Program& program, Isa isa);

  /// Everything the program can say about these voxels; sigma is the noise of each real and imaginary part.
  /// The shape is the caller's duty and a mismatch is an internal error. Answers are valid until the next call.
  void run(View2<const float> coefficients, double sigma);

  float estimate(std::size_t voxel, std::size_t output) const { return estimates_[voxel * n_output_ + output]; }
  float std(std::size_t voxel, std::size_t output) const { return std_[voxel * n_output_ + output]; }
  float atypicality(std::size_t voxel) const { return atypicality_[voxel]; }
  bool has_std() const noexcept { return program_.uncertainty != nullptr; }
  bool has_atypicality() const noexcept { return program_.atypicality != nullptr; }

  Isa isa() const noexcept { return session_->isa(); }
  std::size_t n_voxel() const noexcept { return n_voxel_; }      ///< of all calls
  std::size_t n_flagged() const noexcept { return n_flagged_; }  ///< of all calls: status is not ok
  double kernel_s() const noexcept { return kernel_s_; }         ///< of all calls

 private:
  const Program& program_;
  std::size_t n_output_;
  base::BoundSession session_;
  std::vector<float> estimates_, std_, atypicality_;
  std::vector<VoxelStatus> status_;
  std::size_t n_voxel_ = 0, n_flagged_ = 0;
  double kernel_s_ = 0;
};

}  // namespace crbrt::evaluation
