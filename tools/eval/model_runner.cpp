// Sizes the buffers, runs, counts.
#include "tools/eval/model_runner.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace crbrt::evaluation {

ModelRunner::ModelRunner(const Program& program, Isa isa)
    : program_(program), n_output_(program.n_output), session_(program, isa) {}

void ModelRunner::run(View2<const float> coefficients, double sigma) {
  using Clock = std::chrono::steady_clock;
  const std::size_t n = coefficients.rows;
  estimates_.resize(n * n_output_);
  status_.resize(n);
  Details details{.sigma = static_cast<float>(sigma), .std = {}, .atypicality = {}};
  if (has_std()) {
    std_.resize(n * n_output_);
    details.std = {std_.data(), n, n_output_};
  }
  if (has_atypicality()) {
    atypicality_.resize(n);
    details.atypicality = {atypicality_.data(), n};
  }
  const auto start = Clock::now();
  const Status status =
      session_->run(coefficients, {estimates_.data(), n, n_output_}, {status_.data(), status_.size()}, details);
  kernel_s_ += std::chrono::duration<double>(Clock::now() - start).count();
  if (status != Status::ok) throw std::runtime_error(message(status));
  n_voxel_ += n;
  n_flagged_ += static_cast<std::size_t>(
      std::count_if(status_.begin(), status_.end(), [](VoxelStatus s) { return s != VoxelStatus::ok; }));
}

}  // namespace crbrt::evaluation
