/// Runs several fits in lock-step so that their simulations share the simulator's SIMD lanes.
///
/// A fit asks for one fingerprint with derivatives at a time, and alone it would leave all lanes but one idle. Here each of
/// n_worker threads runs its own fits; a request waits until every worker that is still at work has made one, then the last
/// to arrive simulates all of them in one batch, in the order of the workers. So only one thread computes at any moment, and
/// what shares a batch depends on the work of each worker but not on the scheduling of threads: runs repeat bit for bit.
#pragma once

#include <Eigen/Core>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include "physics/simulator.h"

namespace crbrt::physics {

/// One fingerprint at M0 = 1 in the compressed domain.
struct Evaluation {
  Eigen::VectorXcd coefficients;  ///< [n_coeff]
  Eigen::MatrixXcd jacobian;      ///< [n_coeff, n_parameter]
};

class Lockstep {
 public:
  /// Both references must outlive this. Every one of n_worker threads must end with leave().
  Lockstep(const Simulator& simulator, const Basis& basis, std::size_t n_worker);

  /// worker < n_worker, always the same for one thread. Blocks until the batch is simulated. False when the simulation threw
  /// (see error()).
  bool evaluate(std::size_t worker, const Tissue& tissue, Evaluation& evaluation);

  /// The calling worker has no more work; the others stop waiting for it.
  void leave();

  /// The first exception of a simulation; null when there was none. Call after all workers left.
  std::exception_ptr error() const { return error_; }

 private:
  void simulate_waiting();  // mutex_ is held

  const Simulator& simulator_;
  const Basis basis_;
  std::size_t n_active_;
  std::mutex mutex_;
  std::condition_variable batch_done_;
  std::size_t batch_ = 0;
  struct Request {
    Tissue tissue;
    Evaluation* evaluation = nullptr;  // null: none made
  };
  std::vector<Request> requests_;  // [n_worker]
  std::size_t n_waiting_ = 0;
  Signals signals_, jacobian_;
  std::exception_ptr error_;
};

}  // namespace crbrt::physics
