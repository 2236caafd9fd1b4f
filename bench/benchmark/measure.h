// SPDX-License-Identifier: Apache-2.0
/// The run of crbrt-benchmark: every estimator on the same voxels, in turns, and one JSON document.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/in_vivo_options.h"

namespace crbrt::bench {

struct BenchmarkOptions {
  std::string models = "models";   ///< folder of the shipped models
  std::string forward;             ///< a model with a forward part; empty: brain_v2_all
  std::vector<std::string> timed;  ///< NAME=FILE.crbm: networks whose time alone is measured
  std::string phantom;             ///< folder of crbrt-phantom make; empty: no digital brain
  std::uint64_t phantom_voxels = 600;
  InVivoOptions in_vivo;
  std::string training;              ///< file of timed trainings (training_throughput); empty: none
  std::vector<std::string> brains;   ///< KEY=STATS.json: what crbrt-map --stats wrote of a whole brain, e.g. 1mm.f32.1
  std::uint64_t fingerprints = 160;  ///< unseen ones
  std::uint64_t realisations = 4;    ///< of the noise
  std::uint64_t turns = 4;           ///< in which estimators are timed
  std::uint64_t seed = 20;
  std::vector<std::uint64_t> grid_3{8, 16, 32}, grid_4{6, 9, 14};  ///< points an axis of the dictionaries
  void be_quick();                                                 ///< minutes become seconds, and errors wider
};

/// The document (BENCHMARKS.md lists its keys). A number KEY beside KEY_quartiles was measured several times: the median.
base::Json measure_benchmark(const BenchmarkOptions& options);

}  // namespace crbrt::bench
