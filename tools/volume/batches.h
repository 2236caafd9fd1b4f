// SPDX-License-Identifier: Apache-2.0
/// Runs an estimator over all voxels, batch by batch, on one or more threads. Which thread takes which batch does not matter:
/// voxels are independent, so the result is the same for any number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "tools/volume/coefficients.h"

namespace crbrt::volume {

/// What one thread owns: scratch memory, a session, a solver.
class BatchWorker {
 public:
  virtual ~BatchWorker() = default;

  /// Estimates voxels first, first + 1, ... of the list. `planes` are their coefficients as the file keeps them. Different
  /// workers never hold the same voxel. Only this counts as kernel time.
  virtual void estimate(const Coefficients& planes, std::size_t first) = 0;

  /// Puts the results of the last estimate() where they belong; `voxels` are its part of the list. This counts as writing.
  virtual void store(std::span<const std::size_t> voxels, std::size_t first) = 0;
};

/// Seconds of wall clock. With several threads it is divided in the proportion of what the threads did.
struct BatchTimes {
  double kernel_s = 0;
  double store_s = 0;
  double other_s = 0;  ///< reading
};

struct BatchPlan {
  std::size_t batch_size = 4096;
  unsigned threads = 1;
  const char* label = "";  ///< of the progress line
};

/// make_worker is called once per thread, before any work starts. The first exception of a worker ends the run and is rethrown.
BatchTimes run_batches(const CoefficientImage& image, const VoxelList& voxels, const BatchPlan& plan,
                       const std::function<std::unique_ptr<BatchWorker>()>& make_worker);

}  // namespace crbrt::volume
