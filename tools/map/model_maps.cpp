// One session and one arena per thread; all of them write to different voxels of the same maps.
#include "tools/map/model_maps.h"

#include <memory>
#include <new>
#include <string>

#include "tools/cli/error.h"

namespace crbrt::map {
namespace {

// The coefficients of a batch and the network's tiles stay in the second-level cache.
constexpr std::size_t batch_size = 4096;

class SessionWorker final : public volume::BatchWorker {
 public:
  SessionWorker(const Program& program, Isa isa, ModelMaps& result)
      : result_(result), n_input_(2 * std::size_t{program.n_coeff}), n_output_(program.n_output) {
    const std::size_t bytes = Session::arena_bytes(program);
    arena_.reset(::operator new (bytes, std::align_val_t{layout::arena_alignment}));
    const Status status = session_.bind(program, arena_.get(), bytes, isa);
    if (status == Status::isa_unavailable) throw cli::UsageError("--isa " + std::string(name(isa)) + ": " + message(status));
    if (status != Status::ok) throw cli::Error(cli::exit_internal, message(status));
    estimates_.resize(batch_size * n_output_);
    status_.resize(batch_size);
    result_.isa = session_.isa();
  }

  void estimate(std::span<const std::size_t> voxels, const float* interleaved) override {
    const std::size_t n = voxels.size();
    const Status status =
        session_.run_interleaved(View2<const float>(interleaved, n, n_input_), View2<float>(estimates_.data(), n, n_output_),
                                 View1<VoxelStatus>{status_.data(), n});
    if (status != Status::ok) throw cli::Error(cli::exit_internal, message(status));
  }

  void store(std::span<const std::size_t> voxels) override {
    for (std::size_t i = 0; i < voxels.size(); ++i) result_.status[voxels[i]] = status_[i];
    for (std::size_t output = 0; output < n_output_; ++output) {
      float* const map = result_.maps[output].data();
      for (std::size_t i = 0; i < voxels.size(); ++i) map[voxels[i]] = estimates_[i * n_output_ + output];
    }
  }

 private:
  struct Release {
    void operator()(void* memory) const noexcept { ::operator delete (memory, std::align_val_t{layout::arena_alignment}); }
  };

  ModelMaps& result_;
  std::size_t n_input_, n_output_;
  std::unique_ptr<void, Release> arena_;
  Session session_;
  std::vector<float> estimates_;
  std::vector<VoxelStatus> status_;
};

}  // namespace

ModelMaps map_voxels(const Program& program, Isa isa, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels, unsigned threads) {
  ModelMaps result;
  const std::size_t n = volume::n_voxel(image.grid().shape);
  result.maps.assign(program.n_output, std::vector<float>(n, 0.0f));
  result.status.assign(n, VoxelStatus::not_computed);
  const volume::BatchPlan plan{.batch_size = batch_size, .threads = threads, .label = "mapping"};
  result.times =
      volume::run_batches(image, voxels, plan, [&] { return std::make_unique<SessionWorker>(program, isa, result); });
  return result;
}

}  // namespace crbrt::map
