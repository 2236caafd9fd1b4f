// SPDX-License-Identifier: Apache-2.0
// Threads take the next batch from a counter: a brain's batches differ in cost, a fit's even more.
#include "tools/volume/batches.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/progress.h"
#include "tools/volume/run_stats.h"

namespace crbrt::volume {
namespace {

struct Shared {
  Shared(const CoefficientImage& image_, const VoxelList& voxels_, const BatchPlan& plan)
      : image(image_),
        voxels(voxels_),
        batch_size(std::min(plan.batch_size, std::max<std::size_t>(voxels_.size(), 1))),
        progress(plan.label, voxels_.size()) {}

  const CoefficientImage& image;
  const VoxelList& voxels;
  const std::size_t batch_size;
  base::Progress progress;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;  // guards what follows
  std::exception_ptr error;
  double kernel_s = 0, store_s = 0;
  double busy_s = 0;
};

void work(Shared& shared, BatchWorker& worker, double& kernel_s, double& store_s) {
  BatchReader reader(shared.image);
  std::vector<std::size_t> batch;
  while (!shared.stop) {
    const std::size_t first = shared.next.fetch_add(shared.batch_size);
    if (first >= shared.voxels.size()) break;
    batch.clear();
    shared.voxels.append(first, std::min(shared.batch_size, shared.voxels.size() - first), batch);
    const Coefficients planes = reader.read_planes(batch);
    const StopWatch watch;
    worker.estimate(planes, first);
    const double estimated_s = watch.seconds();
    kernel_s += estimated_s;
    worker.store(batch, first);
    store_s += watch.seconds() - estimated_s;
    shared.progress.advance(batch.size());
  }
}

void work_guarded(Shared& shared, BatchWorker& worker) {
  const StopWatch watch;
  double kernel_s = 0, store_s = 0;
  std::exception_ptr error;
  try {
    work(shared, worker, kernel_s, store_s);
  } catch (...) {
    error = std::current_exception();
    shared.stop = true;
  }
  const std::lock_guard lock(shared.mutex);
  if (!shared.error) shared.error = error;
  shared.kernel_s += kernel_s;
  shared.store_s += store_s;
  shared.busy_s += watch.seconds();
}

}  // namespace

BatchTimes run_batches(const CoefficientImage& image, const VoxelList& voxels, const BatchPlan& plan,
                       const std::function<std::unique_ptr<BatchWorker>()>& make_worker) {
  Shared shared(image, voxels, plan);
  std::vector<std::unique_ptr<BatchWorker>> workers(plan.threads);
  std::generate(workers.begin(), workers.end(), make_worker);
  const StopWatch watch;
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < workers.size(); ++i)
      helpers.emplace_back([&shared, &workers, i] { work_guarded(shared, *workers[i]); });
    work_guarded(shared, *workers[0]);
  }
  if (shared.error) std::rethrow_exception(shared.error);
  const double wall_s = watch.seconds();
  const double share = shared.busy_s > 0 ? wall_s / shared.busy_s : 0;
  const double kernel_s = share * shared.kernel_s, store_s = share * shared.store_s;
  return {kernel_s, store_s, wall_s - kernel_s - store_s};
}

}  // namespace crbrt::volume
