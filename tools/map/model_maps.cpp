// SPDX-License-Identifier: Apache-2.0
// One estimator and the results of one batch per thread: no map is ever in memory as a whole.
#include "tools/map/model_maps.h"

#include <utility>

#include "tools/map/refinement.h"
#include "tools/map/voxel_estimator.h"

namespace crbrt::map {
namespace {

bool is_refined(Refined state) { return state != Refined::not_asked && state != Refined::failed; }

class SessionWorker final : public volume::BatchWorker {
 public:
  SessionWorker(const Program& program, const MapSettings& settings, ModelRun& run, std::unique_ptr<MapSink> sink)
      : run_(run), sink_(std::move(sink)), refinement_(settings.refinement), estimator_(program, settings.isa, settings.sigma) {
    run_.isa = estimator_.isa();
  }

  void estimate(const Coefficients& planes, std::size_t first) override {
    const std::span<VoxelStatus> status(run_.status.data() + first, planes.n_voxel);
    estimator_.estimate(planes, maps_, status);
    if (refinement_ != nullptr) refinement_->refine(planes, first, maps_, status);
    keep_limits(first);
    for (std::size_t v = 0; v < maps_.atypicality.size(); ++v)
      run_.typicality[first + v] = estimator_.typicality(planes, v, maps_.atypicality[v]);
  }

  void store(std::span<const std::size_t> voxels, std::size_t first) override { sink_->take(maps_, voxels, first); }

 private:
  /// Of voxels that were refined the standard deviations are those of the fit, which has limits of its own.
  void keep_limits(std::size_t first) {
    for (std::size_t v = 0; v < maps_.std_at_limit.size(); ++v) {
      if (refinement_ != nullptr && is_refined(refinement_->states()[first + v])) maps_.std_at_limit[v] = 0;
      run_.std_at_limit[first + v] = maps_.std_at_limit[v] != 0;
    }
  }

  ModelRun& run_;
  std::unique_ptr<MapSink> sink_;
  Refinement* refinement_;
  VoxelEstimator estimator_;
  BatchMaps maps_;
};

}  // namespace

ModelRun map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                    const volume::VoxelList& voxels, const std::function<std::unique_ptr<MapSink>()>& make_sink) {
  ModelRun run;
  run.status.assign(voxels.size(), VoxelStatus::not_computed);
  if (program.atypicality != nullptr) run.typicality.resize(voxels.size());
  if (static_cast<float>(settings.sigma) > 0) run.std_at_limit.resize(voxels.size());
  const volume::BatchPlan plan{.batch_size = VoxelEstimator::batch_size, .threads = settings.threads, .label = "mapping"};
  run.times = volume::run_batches(image, voxels, plan,
                                  [&] { return std::make_unique<SessionWorker>(program, settings, run, make_sink()); });
  return run;
}

}  // namespace crbrt::map
