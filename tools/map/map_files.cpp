// SPDX-License-Identifier: Apache-2.0
// One description per map; numbers of the whole run stand in the sidecar of the map that they explain. |M0| is computed from
// the finished maps: norms were kept while the coefficients were at hand.
#include "tools/map/map_files.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/number_text.h"
#include "tools/map/error_bars.h"

namespace crbrt::map {
namespace {

constexpr std::size_t most_limited = 14;  // outputs that have two bits of their own in status_detail

/// What bounds the standard deviations of an output, and the prior that pulls at it.
void describe_limits(const volume::MapDescription& map, const Output& output, base::Json& details) {
  details["Prior"] = {{"Mean", in_unit_of(map, output.offset)}, {"StandardDeviation", in_unit_of(map, std::abs(output.scale))}};
  if (!std::isfinite(output.std_maximum)) return;
  details["Limits"] = base::Json::array({in_unit_of(map, output.std_minimum), in_unit_of(map, output.std_maximum)});
}

/// The parabola of Atypicality::at_noise.
base::Json threshold_at_noise(const Program& program) {
  const auto& terms = program.atypicality->at_noise;
  const Uncertainty& u = *program.uncertainty;
  return {{"LogNoiseCenter", u.log_noise_center},
          {"LogNoiseRange", base::Json::array({u.log_noise_min, u.log_noise_max})},
          {"Terms", base::Json::array({terms[0], terms[1], terms[2]})}};
}

}  // namespace

std::vector<std::string> map_names(const std::vector<volume::MapDescription>& outputs, bool has_std, bool has_atypicality,
                                   bool is_refined) {
  std::vector<std::string> names;
  for (const volume::MapDescription& map : outputs) names.push_back(map.name);
  for (const volume::MapDescription& map : outputs)
    if (has_std) names.push_back(volume::describe_std(map, "").name);
  if (has_atypicality) names.emplace_back("atypicality");
  if (is_refined) names.emplace_back("chi_square");
  names.insert(names.end(), {"status", "status_detail"});
  return names;
}

class OutputMaps::Sink final : public MapSink {
 public:
  explicit Sink(OutputMaps& maps) : maps_(maps) {}

  void take(const BatchMaps& batch, std::span<const std::size_t> voxels, std::size_t first) override {
    const std::vector<volume::VoxelRun> runs = volume::runs_of(voxels);
    const bool is_filled = maps_.folder_.fill() != 0;  // NaN
    const auto write = [&](const Map& map, std::span<const float> values) {
      if (is_filled) values = without_blanks(values, batch.status);
      map.parts->write({runs, values}, first, scratch_);
    };
    maps_.keep_limits(batch, voxels);
    for (std::size_t i = 0; i < maps_.estimates_.size(); ++i) write(maps_.estimates_[i], batch.plane(batch.estimates, i));
    for (std::size_t i = 0; i < maps_.std_.size(); ++i) write(maps_.std_[i], batch.plane(batch.std, i));
    if (maps_.atypicality_) write(*maps_.atypicality_, batch.atypicality);
    if (maps_.chi_square_) write(*maps_.chi_square_, batch.chi_square);
  }

 private:
  /// The same, with the folder's fill where there is no estimate.
  std::span<const float> without_blanks(std::span<const float> values, std::span<const VoxelStatus> status) {
    filled_.assign(values.begin(), values.end());
    for (std::size_t v = 0; v < values.size(); ++v)
      if (status[v] == VoxelStatus::non_finite || status[v] == VoxelStatus::zero_signal) filled_[v] = maps_.folder_.fill();
    return filled_;
  }

  OutputMaps& maps_;
  std::vector<float> scratch_, filled_;
};

OutputMaps::OutputMaps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
                       const std::optional<NoiseLevel>& noise, const Refinement* refinement)
    : folder_(folder), program_(program), refinement_(refinement), n_at_limit_(program.n_output) {
  for (const volume::MapDescription& output : outputs) estimates_.push_back(open(output));
  for (std::size_t i = 0; noise && i < outputs.size(); ++i) {
    volume::MapDescription map = volume::describe_std(
        outputs[i],
        "standard deviation of " + outputs[i].output +
            (refinement != nullptr  ? ": of refined voxels from the Jacobian of the fit, of others as the model predicts it"
             : i < program.n_output ? ", as the model predicts it for this noise, with the pull of the prior"
                                    : ": those of signal_per_m0 and of the norm of the coefficients, as if not correlated"));
    map.details["Noise"] = noise->to_json();
    if (i < program.n_output) describe_limits(outputs[i], program.outputs[i], map.details);
    std_.push_back(open(std::move(map)));
  }
  if (program.atypicality != nullptr) atypicality_ = open(describe_atypicality(program));
  if (refinement != nullptr) chi_square_ = open({"chi_square", "chi_square", "1"});
}

OutputMaps::Map OutputMaps::open(volume::MapDescription description) {
  volume::MapParts* const parts = &folder_.open(description);
  return {std::move(description), parts};
}

void OutputMaps::keep_limits(const BatchMaps& batch, std::span<const std::size_t> voxels) {
  std::vector<Beyond> found;
  std::vector<std::size_t> n_at_limit(program_.n_output);
  for (std::size_t v = 0; v < batch.n_voxel; ++v) {
    const std::uint32_t at_limit = batch.std_at_limit.empty() ? 0 : batch.std_at_limit[v];
    if (batch.status[v] != VoxelStatus::outside_range && at_limit == 0) continue;
    std::int32_t bits = at_limit == 0 ? 0 : std::int32_t{1} << limit_of_std();
    for (std::size_t i = 0; i < program_.n_output; ++i) n_at_limit[i] += at_limit >> i & 1;
    for (std::size_t i = 0; i < program_.n_output; ++i) {
      const float estimate = batch.plane(batch.estimates, i)[v];
      const Output& output = program_.outputs[i];
      if (batch.status[v] != VoxelStatus::outside_range || (estimate >= output.minimum && estimate <= output.maximum)) continue;
      const bool is_low = estimate < output.minimum;
      bits |= i < most_limited ? std::int32_t{is_low ? 1 : 2} << (2 * i) : std::int32_t{1} << (2 * most_limited);
    }
    found.push_back({voxels[v], bits});
  }
  if (found.empty()) return;
  const std::lock_guard lock(mutex_);
  beyond_.insert(beyond_.end(), found.begin(), found.end());
  for (std::size_t i = 0; i < program_.n_output; ++i) n_at_limit_[i] += n_at_limit[i];
}

std::size_t OutputMaps::limit_of_std() const noexcept {
  return program_.n_output > most_limited ? 2 * most_limited + 1 : 2 * std::size_t{program_.n_output};
}

volume::StatusDetail OutputMaps::detail() const {
  volume::StatusDetail detail;
  for (std::size_t i = 0; i < std::min<std::size_t>(program_.n_output, most_limited); ++i) {
    const volume::MapDescription& map = estimates_[i].description;
    const auto limit = [&](const char* side, float value) {
      const std::string unit = map.unit == "1" ? "" : " " + map.unit;
      detail.limits.push_back(map.name + side + base::number_text(in_unit_of(map, value), "%.6g") + unit);
    };
    limit(" below ", program_.outputs[i].minimum);
    limit(" above ", program_.outputs[i].maximum);
  }
  if (program_.n_output > most_limited) detail.limits.push_back("another output outside its range");
  if (!std_.empty() && std::any_of(program_.outputs, program_.outputs + program_.n_output, is_bounded))
    detail.limits.push_back("a standard deviation at its limit");
  std::vector<Beyond> sorted = beyond_;  // threads end in any order
  std::sort(sorted.begin(), sorted.end(), [](const Beyond& a, const Beyond& b) { return a.voxel < b.voxel; });
  for (const Beyond& b : sorted) {
    detail.voxels.push_back(b.voxel);
    detail.bits.push_back(b.bits);
  }
  return detail;
}

std::vector<volume::StatusValue> final_status(const ModelRun& run, const Refinement* refinement) {
  const auto said = volume::status_values(run.status);
  std::vector<volume::StatusValue> status(said.begin(), said.end());
  for (std::size_t v = 0; v < run.std_at_limit.size(); ++v) status[v] = with_limit(status[v], run.std_at_limit[v] != 0);
  if (refinement == nullptr) return status;
  const std::span<const Refined> states = refinement->states();
  for (std::size_t v = 0; v < status.size(); ++v) {
    if (states[v] == Refined::failed) status[v] = volume::StatusValue::not_refined;
    if (status[v] != volume::StatusValue::ok) continue;
    if (states[v] == Refined::at_bound) status[v] = volume::StatusValue::at_bound;
    if (states[v] == Refined::nuisance_at_bound) status[v] = volume::StatusValue::nuisance_at_bound;
  }
  return status;
}

std::unique_ptr<MapSink> OutputMaps::make_sink() { return std::make_unique<Sink>(*this); }

void OutputMaps::finish(const ModelRun& run, const std::optional<Atypical>& atypical) {
  folder_.finish_parts();
  for (std::size_t i = 0; i < std::min<std::size_t>(std_.size(), program_.n_output); ++i)
    if (is_bounded(program_.outputs[i])) std_[i].description.details["VoxelsAtLimit"] = n_at_limit_[i];
  for (const auto* maps : {&estimates_, &std_})
    for (const Map& map : *maps) folder_.write_sidecar(map.description);
  if (atypicality_) {
    base::Json& details = atypicality_->description.details;
    if (!std_.empty() && program_.atypicality->depends_on_noise != 0)
      details["ThresholdAtNoise"] = threshold_at_noise(program_);
    if (atypical) details.update(atypical->to_json());
    folder_.write_sidecar(atypicality_->description);
  }
  if (chi_square_) {
    base::Json& details = chi_square_->description.details;
    details["Description"] =
        "reduced chi-square of the refined fit: the squared residual over sigma^2 and degrees of freedom; 0 where nothing was "
        "refined";
    details["Sigma"] = refinement_->settings().sigma;
    details.update(refinement_->report().to_json());
    folder_.write_sidecar(chi_square_->description);
  }
  folder_.write_status(final_status(run, refinement_), detail());
  folder_.flush();
}

}  // namespace crbrt::map
