// One session and one arena per thread; the sessions write their batches into the same maps, where nothing moves again.
#include "tools/map/model_maps.h"

#include <sys/mman.h>

#include <cmath>
#include <cstdint>
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

/// Asks for pages of 2 MiB before the memory is touched: page by page, the kernel would be called 500 times as often. A system
/// without them refuses, and nothing is lost.
void resize_large(std::vector<float>& values, std::size_t n) {
  constexpr std::size_t page = std::size_t{1} << 21;
  values.reserve(n);
  const auto begin = reinterpret_cast<std::uintptr_t>(values.data()), first = (begin + page - 1) / page * page;
  const std::uintptr_t end = begin + n * sizeof(float);
  if (first + page <= end) ::madvise(reinterpret_cast<void*>(first), (end - first) / page * page, MADV_HUGEPAGE);
  values.resize(n);
}

class SessionWorker final : public volume::BatchWorker {
 public:
  SessionWorker(const Program& program, const MapSettings& settings, ModelMaps& result)
      : result_(result),
        n_output_(program.n_output),
        sigma_(static_cast<float>(settings.sigma)),
        session_(program, settings.isa) {
    result_.isa = session_->isa();
  }

  void estimate(const Coefficients& planes, std::size_t first) override {
    const std::size_t n = planes.n_voxel;
    Results results{
        .estimates = part(result_.estimates, first, n), .status = {result_.status.data() + first, n}, .sigma = sigma_};
    if (!result_.std.empty()) results.standard_deviations = part(result_.std, first, n);
    if (!result_.atypicality.empty()) results.atypicality = {result_.atypicality.data() + first, n};
    if (!result_.signal_norm.empty()) find_norms(planes, result_.signal_norm.data() + first);
    check(session_->run(planes, results));
  }

 private:
  /// Voxels first .. first + n - 1 of the planes of a run.
  View2<float> part(std::vector<float>& planes, std::size_t first, std::size_t n) const {
    return View2<float>::planes(planes.data() + first, n, n_output_, result_.n_voxel);
  }

  /// In double: the squares of tiny coefficients underflow in float.
  void find_norms(const Coefficients& c, float* norms) {
    squares_.assign(c.n_voxel, 0);
    for (std::size_t k = 0; k < c.n_coeff; ++k)
      for (std::size_t v = 0; v < c.n_voxel; ++v) {
        const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
        const double re = static_cast<double>(c.real[at]), im = static_cast<double>(c.imag[at]);
        squares_[v] += re * re;
        squares_[v] += im * im;
      }
    for (std::size_t v = 0; v < c.n_voxel; ++v) norms[v] = static_cast<float>(std::sqrt(squares_[v]));
  }

  ModelMaps& result_;
  std::size_t n_output_;
  float sigma_;
  base::BoundSession session_;
  std::vector<double> squares_;
};

}  // namespace

ModelMaps map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels) {
  ModelMaps result;
  const bool with_m0 = signal_per_m0_output(program).has_value();
  const std::size_t n = voxels.size(), n_map = program.n_output + (with_m0 ? 1u : 0u);
  result.n_voxel = n;
  resize_large(result.estimates, n_map * n);
  if (static_cast<float>(settings.sigma) > 0) resize_large(result.std, n_map * n);
  if (program.atypicality != nullptr) resize_large(result.atypicality, n);
  if (with_m0) result.signal_norm.resize(n);
  result.status.assign(n, VoxelStatus::not_computed);
  const volume::BatchPlan plan{.batch_size = batch_size, .threads = settings.threads, .label = "mapping"};
  result.times =
      volume::run_batches(image, voxels, plan, [&] { return std::make_unique<SessionWorker>(program, settings, result); });
  find_m0(program, settings.sigma, result);
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
