// SPDX-License-Identifier: Apache-2.0
/// How time grows with voxels and with the size of a network, and how fast fingerprints are simulated and trained on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/problem.h"

namespace crbrt::bench {

/// Slope of log y against log x by least squares: the exponent of a power law. At least two different x.
double fitted_exponent(const std::vector<std::pair<double, double>>& points);

/// {"batches": [{"voxels", "us_per_voxel", ...}], "exponent"}: time of a call against its voxels; 1 where a voxel always costs
/// the same. The fit is over batches of 64 voxels and more.
base::Json scaling_with_voxels(const Program& program, std::size_t repeats);

struct TimedNetwork {
  std::string name;
  const Program* program;
};
/// {"networks": [{"name", "macs_per_voxel", "us_per_voxel", ...}], "exponent"}: time a voxel against multiply-adds.
base::Json scaling_with_size(const std::vector<TimedNetwork>& networks, std::size_t repeats);

/// {"us_per_fingerprint", "us_with_derivatives", ...} of the exact physics, compressed.
base::Json simulation_throughput(const Problem& problem, std::size_t repeats);

/// {"model", "fingerprints_per_epoch", "us_per_fingerprint", "fingerprints_per_s", ...} of trainings that were timed from
/// outside: {"model", "fingerprints": those of an epoch, "runs": [{"epochs", "processor_s"}, ...]}, a short run and a longer
/// one in turn. What the two of a pair have in common, start, validation and the last measurements, is subtracted. Throws
/// base::InputError naming `path`.
base::Json training_throughput(const std::string& path);

}  // namespace crbrt::bench
