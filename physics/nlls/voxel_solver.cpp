// SPDX-License-Identifier: Apache-2.0
// Threads that take voxels one by one, each with a handful of them in flight.
#include "physics/nlls/voxel_solver.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace crbrt::physics {
namespace {

// Enough that the lanes stay full while single voxels come and go, few enough for the second cache.
std::size_t n_in_flight(const ForwardModel& model) { return 4 * model.n_lane(); }

struct Flight {
  std::size_t voxel;
  std::unique_ptr<VoxelSearch> search;
  std::size_t n_round = 0;  ///< of second thoughts
  bool had_rivals = false;
};

class Crew {
 public:
  Crew(const ForwardModel& model, const SearchRules& rules, const StartSource& source,
       const Eigen::Ref<const Eigen::MatrixXcd>& coefficients, const std::function<void(std::size_t)>& on_voxel)
      : model_(model),
        rules_(rules),
        source_(source),
        coefficients_(coefficients),
        on_voxel_(on_voxel),
        fits_(static_cast<std::size_t>(coefficients.cols())) {}

  std::vector<VoxelFit> run() {
    std::vector<std::thread> others;
    for (std::size_t t = 1; t < rules_.settings.n_thread; ++t) others.emplace_back([this] { work_or_fail(); });
    work_or_fail();
    for (std::thread& other : others) other.join();
    if (error_) std::rethrow_exception(error_);
    return std::move(fits_);
  }

 private:
  void work_or_fail() {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      next_ = fits_.size();  // the others finish what they have in flight
    }
  }

  void work() {
    std::vector<Flight> flights;
    for (;;) {
      while (flights.size() < n_in_flight(model_) && take_off(flights)) continue;
      if (flights.empty()) return;
      for (const Precision precision : {Precision::single, Precision::full}) answer(flights, precision);
      for (Flight& flight : flights) challenge(flight);
      std::erase_if(flights, [this](Flight& flight) { return has_landed(flight); });
    }
  }

  /// Simulates what the searches of one precision ask for.
  void answer(std::vector<Flight>& flights, Precision precision) const {
    std::vector<Tissue> tissues;
    for (const Flight& flight : flights)
      if (flight.search->precision() == precision) flight.search->ask(tissues);
    if (tissues.empty()) return;
    Signals signals, jacobian;
    model_.evaluate(tissues, signals, jacobian, precision);
    Eigen::Index column = 0;
    for (Flight& flight : flights)
      if (flight.search->precision() == precision) column = flight.search->take(signals, jacobian, column);
  }

  /// Begins with the next voxel; false when there is none.
  bool take_off(std::vector<Flight>& flights) {
    const std::size_t voxel = next_++;
    if (voxel >= fits_.size()) return false;
    const auto data = coefficients_.col(static_cast<Eigen::Index>(voxel));
    const double norm = data.norm();
    if (!std::isfinite(norm) || norm < std::numeric_limits<double>::min()) {
      fits_[voxel].status = std::isfinite(norm) ? FitStatus::zero_signal : FitStatus::non_finite;
      report();
      return true;
    }
    auto search = std::make_unique<VoxelSearch>(rules_, data);
    search->add_starts(source_.starts(voxel, search->unit_data()), source_.max_evaluations());
    flights.push_back({voxel, std::move(search)});
    return true;
  }

  /// After the first simulation of its start.
  void challenge(Flight& flight) {
    if (std::exchange(flight.had_rivals, true)) return;
    VoxelSearch& search = *flight.search;
    if (rules_.settings.sigma && search.is_plausible()) return;
    const std::vector<Tissue> rivals = source_.rivals(flight.voxel, search.unit_data());
    if (rivals.empty()) return;
    search.add_starts(rivals, source_.max_evaluations());
    search.race(StartSource::race_evaluations);
  }

  bool has_landed(Flight& flight) {
    if (flight.search->is_running()) return false;
    VoxelSearch& search = *flight.search;
    if (search.precision() == Precision::single) {
      if ((!search.is_plausible() || search.ran_out()) && search.go_on()) return false;
      const auto sigma = rules_.settings.sigma;
      const Ended ended{search.best_misfit(), search.chi_square(), search.is_plausible(), sigma ? search.n_agree(*sigma) : 0};
      search.add_starts(source_.second_thoughts(flight.voxel, search.unit_data(), ended, flight.n_round++),
                        rules_.settings.max_iterations);
      if (search.is_running()) return false;
    }
    if (flight.search->polish()) return false;
    fits_[flight.voxel] = flight.search->result();
    report();
    return true;
  }

  void report() {
    const std::lock_guard lock(mutex_);
    ++n_done_;
    if (on_voxel_) on_voxel_(n_done_);
  }

  const ForwardModel& model_;
  const SearchRules& rules_;
  const StartSource& source_;
  const Eigen::Ref<const Eigen::MatrixXcd> coefficients_;
  const std::function<void(std::size_t)>& on_voxel_;
  std::vector<VoxelFit> fits_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::size_t n_done_ = 0;
  std::exception_ptr error_;
};

}  // namespace

std::vector<VoxelFit> solve_voxels(const ForwardModel& model, const SearchRules& rules, const StartSource& source,
                                   const Eigen::Ref<const Eigen::MatrixXcd>& coefficients,
                                   const std::function<void(std::size_t)>& on_voxel) {
  return Crew(model, rules, source, coefficients, on_voxel).run();
}

}  // namespace crbrt::physics
