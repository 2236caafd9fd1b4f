// The JSON form. Cycles are ticks of the time stamp counter: its rate is fixed, the core's is not.
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/speed/report.h"
#include "crbrt/status.h"

namespace crbrt::bench {
namespace {

using nlohmann::json;

json result_json(const Result& r, double time_stamp_hz) {
  return {{"engine", r.kind.name},
          {"network", r.network},
          {"precision", r.kind.precision},
          {"isa", r.label.isa},
          {"batch", r.batch},
          {"gmacs", r.gmacs},
          {"gmacs_quartiles", {r.gmacs_low, r.gmacs_high}},
          {"voxels_per_s", r.voxels_per_s},
          {"cycles_per_voxel", time_stamp_hz > 0 ? json(time_stamp_hz / r.voxels_per_s) : json()},
          {"share_of_peak", r.share_of_peak},
          {"repeats", r.repeats},
          {"version", r.label.version},
          {"note", r.label.note},
          {"difference",
           {{"max", r.difference.max},
            {"rms", r.difference.rms},
            {"of_bound", r.difference.of_bound},
            {"voxels", r.difference.n_voxel}}}};
}

json json_of(const std::optional<double>& value) { return value ? json(*value) : json(); }

/// "onednn i8"; null where there is none.
json name_of(const Result* peer) { return peer == nullptr ? json() : json(peer->kind.name + " " + peer->kind.precision); }

json call_us(const Result* one) { return one == nullptr ? json() : json(1e6 / one->voxels_per_s); }

/// Rates and accuracies stand in the results; here are their ratios.
json summary_json(const SummaryRow& row) {
  return {{"network", row.network},
          {"batch", row.floating == nullptr ? json() : json(row.floating->batch)},
          {"share_of_fma_peak", row.floating == nullptr ? json() : json(row.floating->share_of_peak)},
          {"float_by_onednn", json_of(speedup(row.floating, row.onednn))},
          {"float_by_onnxruntime", json_of(speedup(row.floating, row.onnxruntime))},
          {"float_by_best_peer", json_of(speedup(row.floating, row.best_float_peer))},
          {"best_float_peer", name_of(row.best_float_peer)},
          {"integers", row.fixed == nullptr ? json() : json(row.fixed->kind.precision)},
          {"integers_by_float", json_of(speedup(row.fixed, row.floating))},
          {"integers_by_best_peer", json_of(speedup(row.fixed, row.best_integer_peer))},
          {"best_integer_peer", name_of(row.best_integer_peer)},
          {"one_voxel_float_us", call_us(row.one_floating)},
          {"one_voxel_integers_us", call_us(row.one_fixed)},
          {"one_voxel_float_by_onnxruntime", json_of(speedup(row.one_floating, row.one_onnxruntime))},
          {"demo_brain_float_s", json_of(demo_brain_seconds(row, row.floating))},
          {"demo_brain_integers_s", json_of(demo_brain_seconds(row, row.fixed))}};
}

}  // namespace

std::string json_text(const Report& report) {
  json results = json::array(), skipped = json::array(), instructions = json::array(), summary = json::array();
  for (const SummaryRow& row : summary_rows(report)) summary.push_back(summary_json(row));
  for (const Result& r : report.measured.results) results.push_back(result_json(r, report.time_stamp_hz));
  for (const Skipped& s : report.measured.skipped)
    skipped.push_back({{"network", s.network}, {"engine", s.engine}, {"precision", s.precision}, {"reason", s.reason}});
  for (const InstructionCount& c : report.instructions)
    instructions.push_back({{"engine", c.kind.name},
                            {"network", c.network},
                            {"precision", c.kind.precision},
                            {"isa", c.kind.isa},
                            {"batch", c.batch},
                            {"instructions_per_voxel", c.per_voxel}});
  json document = {{"crbrt_version", CRBRT_VERSION_STRING}, {"machine", report.machine},
                   {"time_stamp_hz", report.time_stamp_hz}, {"results", std::move(results)},
                   {"skipped", std::move(skipped)},         {"instructions", std::move(instructions)},
                   {"summary", std::move(summary)}};
  if (!report.measured.peaks.empty()) {
    const Peak peak = median(report.measured.peaks);
    document["peak"] = {{"isa", report.isa}, {"fp32_gmacs", peak.fp32}, {"i16_gmacs", peak.i16}, {"i8_gmacs", peak.i8}};
  }
  return document.dump(1) + "\n";
}

}  // namespace crbrt::bench
