/// The timing itself: all engines in turn, over and over, with the machine's peak measured around every turn, because the speed
/// of a shared core drifts. Medians are what counts.
#pragma once

#include <string>
#include <vector>

#include "bench/speed/accuracy.h"
#include "bench/speed/engines.h"
#include "crbrt/isa.h"

namespace crbrt::bench {

/// G multiply-adds per second from registers.
struct Peak {
  double fp32 = 0, i16 = 0, i8 = 0;
};
Peak measure_peak(Isa isa);
Peak median(const std::vector<Peak>& peaks);
double median(std::vector<double> values);  ///< at least one value; the middle two are averaged

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

}  // namespace crbrt::bench
