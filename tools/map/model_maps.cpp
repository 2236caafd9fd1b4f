// One session, one arena and the results of one batch per thread: no map is ever in memory as a whole.
#include "tools/map/model_maps.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/bound_session.h"
#include "base/error.h"
#include "tools/map/error_bars.h"
#include "tools/map/map_files.h"
#include "tools/map/refinement.h"

namespace crbrt::map {
namespace {

// The coefficients of a batch and the network's tiles stay in the second-level cache.
constexpr std::size_t batch_size = 4096;

void check(Status status) {
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
}

/// The least value of the parabola of thresholds: at an end of the range of noise, or between them at its vertex.
float least_threshold(const Program& program) {
  const Uncertainty& u = *program.uncertainty;
  const auto& terms = program.atypicality->at_noise;
  const auto at = [&](float l) { return terms[0] + l * (terms[1] + l * terms[2]); };
  const float ends = std::min(at(u.log_noise_min), at(u.log_noise_max));
  const float vertex =
      terms[2] > 0 ? std::clamp(-terms[1] / (2 * terms[2]), u.log_noise_min, u.log_noise_max) : u.log_noise_min;
  return std::min(ends, at(vertex)) - 1e-4f;  // what rounding may add between here and there
}

double norm_of(const Coefficients& c, std::size_t v) {
  double sum = 0;
  for (std::size_t k = 0; k < c.n_coeff; ++k) {
    const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
    const double re = static_cast<double>(c.real[at]), im = static_cast<double>(c.imag[at]);
    sum += re * re + im * im;
  }
  return std::sqrt(sum);
}

bool is_refined(Refined state) { return state != Refined::not_asked && state != Refined::failed; }

class SessionWorker final : public volume::BatchWorker {
 public:
  SessionWorker(const Program& program, const MapSettings& settings, ModelRun& run, std::unique_ptr<MapSink> sink)
      : program_(program),
        run_(run),
        sink_(std::move(sink)),
        sigma_(settings.sigma),
        refinement_(settings.refinement),
        m0_(signal_per_m0_output(program)),
        knows_noise_(static_cast<float>(sigma_) > 0 && program.atypicality != nullptr &&
                     program.atypicality->depends_on_noise != 0),
        least_threshold_(knows_noise_ ? least_threshold(program) : 0),
        session_(program, settings.isa) {
    run_.isa = session_->isa();
  }

  void estimate(const Coefficients& planes, std::size_t first) override {
    const std::size_t n = planes.n_voxel;
    resize(n);
    Results results{.estimates = View2<float>::planes(maps_.estimates.data(), n, program_.n_output, n),
                    .status = {run_.status.data() + first, n},
                    .sigma = static_cast<float>(sigma_)};
    if (!maps_.std.empty() && program_.uncertainty != nullptr)
      results.standard_deviations = View2<float>::planes(maps_.std.data(), n, program_.n_output, n);
    if (!maps_.atypicality.empty()) results.atypicality = {maps_.atypicality.data(), n};
    check(session_->run(planes, results));
    maps_.status = {run_.status.data() + first, n};
    if (program_.uncertainty != nullptr) {
      find_limits(program_, maps_);
      add_prior_pull(program_, maps_);
    }
    if (m0_) {
      find_norms(planes, maps_.signal_norm.data());
      find_m0(program_, sigma_, maps_);
    }
    if (refinement_ != nullptr) refinement_->refine(planes, first, maps_, {run_.status.data() + first, n});
    keep_limits(first);
    for (std::size_t v = 0; v < maps_.atypicality.size(); ++v) run_.typicality[first + v] = typicality(planes, v);
  }

  void store(std::span<const std::size_t> voxels, std::size_t first) override { sink_->take(maps_, voxels, first); }

 private:
  void resize(std::size_t n) {
    const std::size_t n_map = program_.n_output + (m0_ ? 1u : 0u);
    maps_.n_voxel = n;
    maps_.estimates.resize(n_map * n);
    if (static_cast<float>(sigma_) > 0) maps_.std.resize(n_map * n);
    if (program_.atypicality != nullptr) maps_.atypicality.resize(n);
    if (!m0_) return;
    maps_.signal_norm.resize(n);
    const auto blank = [&](std::vector<float>& planes) {  // find_m0() fills what has signal
      std::fill(planes.begin() + static_cast<std::ptrdiff_t>(program_.n_output * n), planes.end(), 0.0f);
    };
    blank(maps_.estimates);
    if (!maps_.std.empty()) blank(maps_.std);
  }

  /// Of voxels that were refined the standard deviations are those of the fit, which has limits of its own.
  void keep_limits(std::size_t first) {
    for (std::size_t v = 0; v < maps_.std_at_limit.size(); ++v) {
      if (refinement_ != nullptr && is_refined(refinement_->states()[first + v])) maps_.std_at_limit[v] = 0;
      run_.std_at_limit[first + v] = maps_.std_at_limit[v] != 0;
    }
  }

  /// Norms are found only where the noise may matter: most voxels score below every threshold.
  Typicality typicality(const Coefficients& c, std::size_t v) const {
    const float score = maps_.atypicality[v];
    const bool is_gross = is_atypical(score, program_);
    if (!knows_noise_) return is_gross ? Typicality::atypical_at_any_noise : Typicality::typical;
    if (score <= least_threshold_) return Typicality::typical;
    const double norm = norm_of(c, v);
    if (norm > 0 && score <= atypicality_threshold(program_, static_cast<float>(sigma_), static_cast<float>(norm)))
      return Typicality::typical;
    return is_gross ? Typicality::atypical_at_any_noise : Typicality::atypical;
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

  const Program& program_;
  ModelRun& run_;
  std::unique_ptr<MapSink> sink_;
  double sigma_;
  Refinement* refinement_;
  std::optional<std::size_t> m0_;  ///< the output that |M0| is found from
  bool knows_noise_;               ///< and has thresholds for it
  float least_threshold_;          ///< of all levels of noise
  base::BoundSession session_;
  BatchMaps maps_;
  std::vector<double> squares_;
};

}  // namespace

ModelRun map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                    const volume::VoxelList& voxels, const std::function<std::unique_ptr<MapSink>()>& make_sink) {
  ModelRun run;
  run.status.assign(voxels.size(), VoxelStatus::not_computed);
  if (program.atypicality != nullptr) run.typicality.resize(voxels.size());
  if (static_cast<float>(settings.sigma) > 0) run.std_at_limit.resize(voxels.size());
  const volume::BatchPlan plan{.batch_size = batch_size, .threads = settings.threads, .label = "mapping"};
  run.times = volume::run_batches(image, voxels, plan,
                                  [&] { return std::make_unique<SessionWorker>(program, settings, run, make_sink()); });
  return run;
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
