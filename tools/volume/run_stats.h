// SPDX-License-Identifier: Apache-2.0
/// The numbers of one run for --stats: a JSON file with the same keys from every
/// program that makes maps.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/volume/status_value.h"

namespace crbrt::volume {

struct RunStats {
  std::uint64_t voxels = 0;  ///< estimated ones: those in the mask
  unsigned threads = 1;
  std::string isa;        ///< "avx2"; empty where none is chosen (crbrt-fit): null in the file
  std::string precision;  ///< "f32"
  std::string model;      ///< model name, or how the estimate is made
  std::optional<std::uint64_t> macs_per_voxel;
  double read_s = 0;    ///< headers, mask and coefficients
  double kernel_s = 0;  ///< the estimator alone
  double write_s = 0;
  double total_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  StatusCounts status{};
  std::vector<std::string> warnings;       ///< base::Warnings::texts() of the run
  base::Json more = base::Json::object();  ///< what only one program has

  base::Json to_json() const;
};

/// Largest resident memory of this process so far, and of no process that started it.
std::uint64_t peak_rss_bytes();

/// Seconds since it was made.
class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace crbrt::volume
