/// The rendezvous of fits that share a batch of simulations.
#include "physics/nlls/lockstep.h"

namespace crbrt::physics {

Lockstep::Lockstep(const Simulator& simulator, const Eigen::MatrixXd& basis, std::size_t n_worker)
    : simulator_(simulator), basis_(basis), n_active_(n_worker) {}

bool Lockstep::evaluate(const Tissue& tissue, Evaluation& evaluation) {
  std::unique_lock lock(mutex_);
  if (error_) return false;
  tissues_.push_back(tissue);
  waiting_.push_back(&evaluation);
  if (waiting_.size() == n_active_) {
    simulate_waiting();
  } else {
    const std::size_t mine = batch_;
    batch_done_.wait(lock, [&] { return batch_ != mine; });
  }
  return !error_;
}

void Lockstep::leave() {
  const std::lock_guard lock(mutex_);
  --n_active_;
  if (n_active_ > 0 && waiting_.size() == n_active_) simulate_waiting();
}

void Lockstep::simulate_waiting() {
  try {
    simulator_.simulate_projected(tissues_, basis_, signals_, jacobian_);
    constexpr auto n = static_cast<Eigen::Index>(n_parameter);
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const auto column = static_cast<Eigen::Index>(i);
      waiting_[i]->coefficients = signals_.col(column);
      waiting_[i]->jacobian = jacobian_.middleCols(column * n, n);
    }
  } catch (...) {
    error_ = std::current_exception();
  }
  tissues_.clear();
  waiting_.clear();
  ++batch_;
  batch_done_.notify_all();
}

}  // namespace crbrt::physics
