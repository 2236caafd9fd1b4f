// One session and one arena per thread; all of them write to different voxels of the same maps.
#include "tools/map/model_maps.h"

#include <cmath>
#include <string>

#include "base/bound_session.h"
#include "base/error.h"
#include "tools/map/m0_map.h"

namespace crbrt::map {
namespace {

// The coefficients of a batch and the network's tiles stay in the second-level cache.
constexpr std::size_t batch_size = 4096;

void check(Status status) {
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
}

class SessionWorker final : public volume::BatchWorker {
 public:
  SessionWorker(const Program& program, const MapSettings& settings, ModelMaps& result)
      : result_(result),
        n_input_(2 * std::size_t{program.n_coeff}),
        n_output_(program.n_output),
        sigma_(settings.sigma),
        session_(program, settings.isa) {
    estimates_.resize(batch_size * n_output_);
    std_.resize(result_.std.empty() ? 0 : estimates_.size());
    atypicality_.resize(result_.atypicality.empty() ? 0 : batch_size);
    signal_norm_.resize(result_.signal_norm.empty() ? 0 : batch_size);
    status_.resize(batch_size);
    result_.isa = session_->isa();
  }

  void estimate(std::span<const std::size_t> voxels, const float* interleaved) override {
    const std::size_t n = voxels.size();
    Results results{.estimates = {estimates_.data(), n, n_output_}, .status = {status_.data(), n}, .sigma = sigma_};
    if (!std_.empty()) results.standard_deviations = {std_.data(), n, n_output_};
    if (!atypicality_.empty()) results.atypicality = {atypicality_.data(), n};
    for (std::size_t i = 0; i < n && !signal_norm_.empty(); ++i) signal_norm_[i] = norm(interleaved + i * n_input_);
    check(session_->run(Coefficients::interleaved_rows(interleaved, n, n_input_ / 2), results));
  }

  void store(std::span<const std::size_t> voxels) override {
    for (std::size_t i = 0; i < voxels.size(); ++i) result_.status[voxels[i]] = status_[i];
    scatter(voxels, estimates_, result_.maps);
    if (!std_.empty()) scatter(voxels, std_, result_.std);
    for (std::size_t i = 0; i < voxels.size() && !atypicality_.empty(); ++i) result_.atypicality[voxels[i]] = atypicality_[i];
    for (std::size_t i = 0; i < voxels.size() && !signal_norm_.empty(); ++i) result_.signal_norm[voxels[i]] = signal_norm_[i];
  }

 private:
  /// In double: the squares of tiny coefficients underflow in float.
  float norm(const float* voxel) const {
    double sum = 0;
    for (std::size_t k = 0; k < n_input_; ++k) sum += static_cast<double>(voxel[k]) * static_cast<double>(voxel[k]);
    return static_cast<float>(std::sqrt(sum));
  }

  void scatter(std::span<const std::size_t> voxels, const std::vector<float>& rows,
               std::vector<std::vector<float>>& maps) const {
    for (std::size_t output = 0; output < n_output_; ++output) {
      float* const map = maps[output].data();
      for (std::size_t i = 0; i < voxels.size(); ++i) map[voxels[i]] = rows[i * n_output_ + output];
    }
  }

  ModelMaps& result_;
  std::size_t n_input_, n_output_;
  float sigma_;
  base::BoundSession session_;
  std::vector<float> estimates_, std_, atypicality_, signal_norm_;
  std::vector<VoxelStatus> status_;
};

}  // namespace

ModelMaps map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels) {
  ModelMaps result;
  const std::size_t n = volume::n_voxel(image.grid().shape);
  result.maps.assign(program.n_output, std::vector<float>(n, 0.0f));
  if (settings.sigma > 0) result.std.assign(program.n_output, std::vector<float>(n, 0.0f));
  if (program.atypicality != nullptr) result.atypicality.assign(n, 0.0f);
  if (signal_per_m0_output(program)) result.signal_norm.assign(n, 0.0f);
  result.status.assign(n, VoxelStatus::not_computed);
  const volume::BatchPlan plan{.batch_size = batch_size, .threads = settings.threads, .label = "mapping"};
  result.times =
      volume::run_batches(image, voxels, plan, [&] { return std::make_unique<SessionWorker>(program, settings, result); });
  return result;
}

std::vector<float> atypicality_of(const Program& program, Isa isa, const std::vector<float>& interleaved) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n = interleaved.size() / width;
  std::vector<float> scores(n), estimates(n * program.n_output);
  base::BoundSession session(program, isa);
  check(session->run(Coefficients::interleaved_rows(interleaved.data(), n, program.n_coeff),
                     {.estimates = {estimates.data(), n, program.n_output}, .atypicality = {scores.data(), n}}));
  return scores;
}

}  // namespace crbrt::map
