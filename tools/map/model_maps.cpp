// One session and one arena per thread; all of them write to different voxels of the same maps.
#include "tools/map/model_maps.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/bound_session.h"
#include "base/error.h"
#include "tools/map/map_files.h"

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
      : result_(result), n_output_(program.n_output), sigma_(settings.sigma), session_(program, settings.isa) {
    estimates_.resize(batch_size * n_output_);
    std_.resize(result_.std.empty() ? 0 : estimates_.size());
    atypicality_.resize(result_.atypicality.empty() ? 0 : batch_size);
    signal_norm_.resize(result_.signal_norm.empty() ? 0 : batch_size);
    status_.resize(batch_size);
    result_.isa = session_->isa();
  }

  void estimate(const Coefficients& planes) override {
    const std::size_t n = planes.n_voxel;
    Results results{
        .estimates = View2<float>::planes(estimates_.data(), n, n_output_), .status = {status_.data(), n}, .sigma = sigma_};
    if (!std_.empty()) results.standard_deviations = View2<float>::planes(std_.data(), n, n_output_);
    if (!atypicality_.empty()) results.atypicality = {atypicality_.data(), n};
    if (!signal_norm_.empty()) find_norms(planes);
    check(session_->run(planes, results));
  }

  void store(std::span<const std::size_t> voxels) override {
    const std::size_t n = voxels.size();
    for (std::size_t i = 0; i < n;) {
      const std::size_t together = volume::contiguous(voxels.subspan(i)), to = voxels[i];
      for (std::size_t j = 0; j < n_output_; ++j) {
        std::copy_n(&estimates_[j * n + i], together, &result_.maps[j][to]);
        if (!std_.empty()) std::copy_n(&std_[j * n + i], together, &result_.std[j][to]);
      }
      std::copy_n(&status_[i], together, &result_.status[to]);
      if (!atypicality_.empty()) std::copy_n(&atypicality_[i], together, &result_.atypicality[to]);
      if (!signal_norm_.empty()) std::copy_n(&signal_norm_[i], together, &result_.signal_norm[to]);
      i += together;
    }
  }

 private:
  /// In double: the squares of tiny coefficients underflow in float.
  void find_norms(const Coefficients& c) {
    squares_.assign(c.n_voxel, 0);
    for (std::size_t k = 0; k < c.n_coeff; ++k)
      for (std::size_t v = 0; v < c.n_voxel; ++v) {
        const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
        const double re = static_cast<double>(c.real[at]), im = static_cast<double>(c.imag[at]);
        squares_[v] += re * re;
        squares_[v] += im * im;
      }
    for (std::size_t v = 0; v < c.n_voxel; ++v) signal_norm_[v] = static_cast<float>(std::sqrt(squares_[v]));
  }

  ModelMaps& result_;
  std::size_t n_output_;
  float sigma_;
  base::BoundSession session_;
  std::vector<float> estimates_, std_, atypicality_, signal_norm_;
  std::vector<double> squares_;
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
