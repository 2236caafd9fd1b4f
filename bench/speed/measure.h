// SPDX-License-Identifier: Apache-2.0
/// The timing itself: all engines in turn, over and over, with the machine's peak measured around every turn, because the speed
/// of a shared core drifts. Medians are what counts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/speed/engines.h"
#include "crbrt/isa.h"

namespace crbrt::bench {

/// Float engines compute the same network within a derived bound, integer engines are as far off as they are.
/// Estimates in double for a few voxels, and how far single precision may be from them in any order of summation.
class Truth {
 public:
  /// Of the task's model and its first voxels, 24 at most. Takes about a second for the network of [paper].
  explicit Truth(const std::filesystem::path& task_folder);

  std::size_t n_output() const noexcept { return spread_.size(); }

  /// Differences over the voxels that both have, in units of each output's standard deviation over the voxels of Truth.
  struct Difference {
    double max = 0, rms = 0;
    double of_bound = 0;  ///< largest difference as a share of the bound; above 1: no float computes this network
    std::size_t n_voxel = 0;
  };
  Difference difference(const std::vector<float>& estimates) const;

 private:
  std::vector<double> estimates_, bound_;  ///< [n_voxel, n_output]
  std::vector<double> spread_;             ///< [n_output]
};

/// G multiply-adds per second from registers.
struct Peak {
  double fp32 = 0, i16 = 0, i8 = 0;
};
Peak measure_peak(Isa isa);
Peak median(const std::vector<Peak>& peaks);

struct Result {
  std::string network;
  EngineKind kind;
  PeerLabel label;
  std::size_t batch = 0, repeats = 0;
  double gmacs = 0, gmacs_low = 0, gmacs_high = 0;  ///< median and quartiles
  double voxels_per_s = 0;
  double share_of_peak = 0;  ///< median over turns of the rate by the peak around that turn
  Truth::Difference difference;
};

struct Skipped {
  std::string network;  ///< empty: all
  std::string engine, precision, reason;
};

struct Plan {
  std::vector<std::size_t> batches;
  std::size_t repeats = 0;
  double seconds_per_visit = 0;  ///< an engine runs at least so long in each turn
  bool long_calls = false;       ///< calls of more than 20 G multiply-adds are measured as well
};

struct Measured {
  std::vector<Result> results;
  std::vector<Skipped> skipped;
  std::vector<Peak> peaks;  ///< of the first engine's instruction set
};

/// Appends what one network gives. Float engines that are outside the bound are skipped, with the reason.
void measure_network(const std::filesystem::path& task_folder, const Task& task, const std::vector<EngineKind>& kinds,
                     const Plan& plan, Measured& measured);

/// Under callgrind: a second figure that knows no clock, no cache and no neighbour on the machine.
struct InstructionCount {
  std::string network;
  EngineKind kind;
  std::size_t batch = 0;
  double per_voxel = 0;
};

/// For every installed engine but those of Node (whose just-in-time compiler callgrind would count as well).
std::vector<InstructionCount> count_instructions(const std::filesystem::path& task_folder, const Task& task,
                                                 const std::vector<EngineKind>& kinds, const std::vector<std::size_t>& batches,
                                                 std::vector<Skipped>& skipped);

}  // namespace crbrt::bench
