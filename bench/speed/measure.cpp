// SPDX-License-Identifier: Apache-2.0
// Engines are separate processes that wait in turn; crbrt-bench itself only measures the peak while they wait.
#include "bench/speed/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "base/median.h"
#include "base/model_file.h"
#include "base/number_text.h"
#include "bench/peak.h"
#include "bench/peers/peer.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::bench {
namespace {

constexpr std::size_t n_checked = 24;

double standard_deviation(const std::vector<double>& values, std::size_t first, std::size_t step) {
  double sum = 0, squares = 0, n = 0;
  for (std::size_t i = first; i < values.size(); i += step) sum += values[i], n += 1;
  for (std::size_t i = first; i < values.size(); i += step) squares += (values[i] - sum / n) * (values[i] - sum / n);
  return std::sqrt(squares / n);
}

using Engines = std::vector<std::unique_ptr<Engine>>;

/// A network that takes seconds a run is visited fewer times: its timings are long averages anyway.
constexpr double long_run_s = 0.5;
constexpr std::size_t repeats_of_long_runs = 3;
constexpr std::size_t longest_call_macs = 20'000'000'000;

bool is_float(const EngineKind& kind) { return kind.precision == "f32"; }

double peak_of(const EngineKind& kind, const Peak& peak) {
  if (is_float(kind)) return peak.fp32;
  return kind.precision.starts_with("i16") ? peak.i16 : peak.i8;
}

/// What a reader of a share must know: one program of ours may read 16 bits in some layers and 8 in others.
std::string share_note(const EngineKind& kind) {
  const bool is_own = kind.name == own_engine || kind.name == own_features_engine;
  if (!is_own || is_float(kind) || kind.precision.starts_with("i16")) return "";
  return "share of the 8-bit peak, although some layers read 16 bits";
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

Engines start_engines(const std::filesystem::path& folder, const std::string& network, const std::vector<EngineKind>& kinds,
                      Measured& measured) {
  Engines engines;
  for (const EngineKind& kind : kinds) {
    if (kind.command.empty()) continue;
    try {
      engines.push_back(std::make_unique<Engine>(kind, folder));
    } catch (const base::Error& error) {
      measured.skipped.push_back({network, kind.name, kind.precision, error.what()});
    }
  }
  return engines;
}

struct Series {
  Engine* engine = nullptr;
  Truth::Difference difference;
  double first_run_s = 0;  ///< of the run whose outputs were compared
  std::vector<double> rate, share;
};

/// Why the engine is not timed; empty: it is.
std::string check(Series& series, const Truth& truth, std::size_t batch) {
  Engine& engine = *series.engine;
  try {
    engine.prepare(batch);
    series.first_run_s = engine.seconds_per_run(0);
    series.difference = truth.difference(engine.estimates());
  } catch (const base::Error& error) {
    return error.what();
  }
  if (!is_float(engine.kind()) || series.difference.of_bound <= 1) return "";
  return "batch " + std::to_string(batch) + ": differs by " + base::number_text(series.difference.of_bound, "%.3g") +
         " times what rounding explains";
}

/// Runs every engine once and compares before anything is timed.
std::vector<Series> checked(const Engines& engines, const std::string& network, const Truth& truth, std::size_t batch,
                            Measured& measured) {
  std::vector<Series> all;
  for (const auto& engine : engines) {
    Series series;
    series.engine = engine.get();
    const std::string reason = check(series, truth, batch);
    if (reason.empty()) {
      all.push_back(std::move(series));
    } else {
      measured.skipped.push_back({network, engine->kind().name, engine->kind().precision, reason});
    }
  }
  return all;
}

Result result_of(const Series& series, const Task& task, std::size_t batch) {
  Result result;
  result.network = task.network.name;
  result.kind = series.engine->kind();
  result.label = series.engine->label();
  if (const std::string note = share_note(result.kind); !note.empty())
    result.label.note += (result.label.note.empty() ? "" : "; ") + note;
  result.batch = batch;
  result.repeats = series.rate.size();
  result.gmacs = base::median(series.rate);
  result.gmacs_low = quantile(series.rate, 0.25);
  result.gmacs_high = quantile(series.rate, 0.75);
  result.voxels_per_s = result.gmacs * 1e9 / static_cast<double>(macs_per_voxel(task.network));
  result.share_of_peak = base::median(series.share);
  result.difference = series.difference;
  return result;
}

Isa isa_of(const EngineKind& kind) {
  Isa isa = Isa::automatic;
  isa_from_name(kind.isa.c_str(), isa);
  return isa;
}

/// One turn: peak, engine, peak, engine, ..., peak. An engine is held against the mean of the peaks before and after it.
void take_turn(std::vector<Series>& series, double giga_macs, const Plan& plan, std::vector<Peak>& peaks) {
  Peak before{};
  Isa measured = Isa::automatic;
  for (Series& s : series) {
    const Isa isa = isa_of(s.engine->kind());
    if (isa != measured) before = measure_peak(isa);
    const double rate = giga_macs / s.engine->seconds_per_run(plan.seconds_per_visit);
    const Peak after = measure_peak(isa);
    s.rate.push_back(rate);
    s.share.push_back(2 * rate / (peak_of(s.engine->kind(), before) + peak_of(s.engine->kind(), after)));
    if (isa == isa_of(series.front().engine->kind())) peaks.push_back(before);
    before = after;
    measured = isa;
  }
}

void measure_batch(const Engines& engines, const Truth& truth, const Task& task, std::size_t batch, const Plan& plan,
                   Measured& measured) {
  std::vector<Series> series = checked(engines, task.network.name, truth, batch, measured);
  const double giga_macs = static_cast<double>(macs_per_voxel(task.network) * batch) / 1e9;
  double slowest_s = 0;
  for (const Series& s : series) slowest_s = std::max(slowest_s, s.first_run_s);
  const std::size_t repeats = slowest_s < long_run_s ? plan.repeats : std::min(plan.repeats, repeats_of_long_runs);
  for (std::size_t r = 0; r < repeats; ++r) take_turn(series, giga_macs, plan, measured.peaks);
  for (const Series& s : series) measured.results.push_back(result_of(s, task, batch));
  std::fprintf(stderr, "%s, batch %zu: %zu engines\n", task.network.name.c_str(), batch, series.size());
}

}  // namespace

Truth::Truth(const std::filesystem::path& task_folder) {
  const Network network = folded(base::load_network((task_folder / "model.crbm").string()).network);
  const std::vector<float> coefficients = read_numbers(task_folder / "coefficients.f32");
  const std::size_t width = network.width(0);
  for (std::size_t v = 0; v < std::min(n_checked, coefficients.size() / width); ++v) {
    const model::ExactRun exact = model::run_exactly(network, {coefficients.data() + v * width, width});
    estimates_.insert(estimates_.end(), exact.estimates.begin(), exact.estimates.end());
    for (const double bound : exact.bound) bound_.push_back(model::tolerance(bound));
  }
  const std::size_t n = network.outputs.size();
  for (std::size_t o = 0; o < n; ++o) spread_.push_back(standard_deviation(estimates_, o, n));
}

Truth::Difference Truth::difference(const std::vector<float>& estimates) const {
  Difference result;
  const std::size_t n = std::min(estimates.size(), estimates_.size());
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double difference = std::abs(estimates[i] - estimates_[i]), relative = difference / spread_[i % n_output()];
    // NaN counts as infinitely wrong.
    result.max = std::isfinite(relative) ? std::max(result.max, relative) : INFINITY;
    result.of_bound = std::isfinite(difference) ? std::max(result.of_bound, difference / bound_[i]) : INFINITY;
    squares += relative * relative;
  }
  result.rms = std::sqrt(squares / static_cast<double>(n));
  result.n_voxel = n / n_output();
  return result;
}

Peak measure_peak(Isa isa) {
  return {fma_peak_per_second(isa) / 1e9, i16_peak_per_second(isa) / 1e9, i8_peak_per_second(isa) / 1e9};
}

Peak median(const std::vector<Peak>& peaks) {
  std::vector<double> fp32, i16, i8;
  for (const Peak& peak : peaks) fp32.push_back(peak.fp32), i16.push_back(peak.i16), i8.push_back(peak.i8);
  return {base::median(fp32), base::median(i16), base::median(i8)};
}

void measure_network(const std::filesystem::path& task_folder, const Task& task, const std::vector<EngineKind>& kinds,
                     const Plan& plan, Measured& measured) {
  const Truth truth(task_folder);
  const Engines engines = start_engines(task_folder, task.network.name, kinds, measured);
  for (const std::size_t batch : plan.batches) {
    if (plan.long_calls || macs_per_voxel(task.network) * batch <= longest_call_macs) {
      measure_batch(engines, truth, task, batch, plan, measured);
    } else {
      measured.skipped.push_back(
          {task.network.name, "all", "", "batch " + std::to_string(batch) + ": --long-calls measures it"});
    }
  }
}

}  // namespace crbrt::bench
