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
  Shared(const CoefficientImage& image_, std::span<const std::size_t> voxels_, const BatchPlan& plan)
      : image(image_),
        voxels(voxels_),
        batch_size(std::min(plan.batch_size, std::max<std::size_t>(voxels_.size(), 1))),
        progress(plan.label, voxels_.size()) {}

  const CoefficientImage& image;
  const std::span<const std::size_t> voxels;
  const std::size_t batch_size;
  base::Progress progress;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;  // guards what follows
  std::exception_ptr error;
  double kernel_s = 0;
  double busy_s = 0;
};

double work(Shared& shared, BatchWorker& worker) {
  BatchReader reader(shared.image);
  double kernel_s = 0;
  while (!shared.stop) {
    const std::size_t first = shared.next.fetch_add(shared.batch_size);
    if (first >= shared.voxels.size()) break;
    const auto batch = shared.voxels.subspan(first, std::min(shared.batch_size, shared.voxels.size() - first));
    const Coefficients planes = reader.read_planes(batch);
    const StopWatch watch;
    worker.estimate(planes, first);
    kernel_s += watch.seconds();
    shared.progress.advance(batch.size());
  }
  return kernel_s;
}

void work_guarded(Shared& shared, BatchWorker& worker) {
  const StopWatch watch;
  double kernel_s = 0;
  std::exception_ptr error;
  try {
    kernel_s = work(shared, worker);
  } catch (...) {
    error = std::current_exception();
    shared.stop = true;
  }
  const std::lock_guard lock(shared.mutex);
  if (!shared.error) shared.error = error;
  shared.kernel_s += kernel_s;
  shared.busy_s += watch.seconds();
}

}  // namespace

BatchTimes run_batches(const CoefficientImage& image, std::span<const std::size_t> voxels, const BatchPlan& plan,
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
  const double kernel_s = shared.busy_s > 0 ? wall_s * shared.kernel_s / shared.busy_s : 0;
  return {kernel_s, wall_s - kernel_s};
}

}  // namespace crbrt::volume
