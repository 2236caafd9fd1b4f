// SPDX-License-Identifier: Apache-2.0
/// What crbrt-benchmark compares: anything that turns noisy voxels into some outputs.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "bench/benchmark/problem.h"
#include "bench/dictionary.h"
#include "crbrt/loader.hpp"
#include "physics/nlls/refiner.h"

namespace crbrt::bench {

/// Processor time of this process, in seconds: what others on the machine do counts little.
double processor_s();

class Estimator {
 public:
  virtual ~Estimator() = default;

  /// Estimates [output, voxel], and what a voxel took.
  struct Answer {
    Eigen::ArrayXXd values;
    double us_per_voxel = 0;
  };
  virtual Answer estimate(const Voxels& voxels) = 0;
};

/// What an estimator is made of outlives it.
///
/// Networks need more voxels than are there to be timed: the voxels are repeated up to 4,096, and the best of some passes
/// counts. Estimates alone are asked for. Throws base::DisagreementError where the program lacks an output.
std::unique_ptr<Estimator> network_estimator(const Program& program, const std::vector<physics::Estimand>& outputs);

/// Microseconds a voxel for batches of `n_voxel` of any numbers: the best pass of at least `seconds`.
double network_us(const Program& program, std::size_t n_voxel, double seconds);

/// Least squares from its own starts, or from the estimates of `start_network`, whose time counts. A refinement
/// (FitSettings::max_refining) that does not converge keeps those estimates, as crbrt-map does.
std::unique_ptr<Estimator> fit_estimator(const std::vector<physics::Estimand>& outputs, const physics::Refiner& refiner,
                                         const Program* start_network);

std::unique_ptr<Estimator> dictionary_estimator(const std::vector<physics::Estimand>& outputs, const Dictionary& dictionary);

}  // namespace crbrt::bench
