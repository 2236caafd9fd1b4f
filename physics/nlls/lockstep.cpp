/// The rendezvous of fits that share a batch of simulations.
#include "physics/nlls/lockstep.h"

namespace crbrt::physics {

Lockstep::Lockstep(const Simulator& simulator, const Basis& basis, std::size_t n_worker)
    : simulator_(simulator), basis_(basis), n_active_(n_worker), requests_(n_worker) {}

bool Lockstep::evaluate(std::size_t worker, const Tissue& tissue, Evaluation& evaluation) {
  std::unique_lock lock(mutex_);
  if (error_) return false;
  requests_.at(worker) = {tissue, &evaluation};
  if (++n_waiting_ == n_active_) {
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
  if (n_active_ > 0 && n_waiting_ == n_active_) simulate_waiting();
}

void Lockstep::simulate_waiting() {
  try {
    std::vector<Tissue> tissues;
    for (const Request& request : requests_)
      if (request.evaluation != nullptr) tissues.push_back(request.tissue);
    simulator_.simulate_projected(tissues, basis_, signals_, jacobian_);
    constexpr auto n = static_cast<Eigen::Index>(n_parameter);
    Eigen::Index column = 0;
    for (Request& request : requests_) {
      if (request.evaluation == nullptr) continue;
      request.evaluation->coefficients = signals_.col(column);
      request.evaluation->jacobian = jacobian_.middleCols(column * n, n);
      ++column;
    }
  } catch (...) {
    error_ = std::current_exception();
  }
  for (Request& request : requests_) request.evaluation = nullptr;
  n_waiting_ = 0;
  ++batch_;
  batch_done_.notify_all();
}

}  // namespace crbrt::physics
