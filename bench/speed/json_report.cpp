// SPDX-License-Identifier: Apache-2.0
// The JSON form. Cycles are ticks of the time stamp counter: its rate is fixed, the core's is not.
#include <cmath>

#include "base/json.h"
#include "bench/speed/report.h"
#include "crbrt/status.h"

namespace crbrt::bench {
namespace {

using base::Json;

Json result_json(const Result& r, double time_stamp_hz) {
  return {{"engine", r.kind.name},
          {"network", r.network},
          {"precision", r.kind.precision},
          {"isa", r.label.isa},
          {"batch", r.batch},
          {"gmacs", r.gmacs},
          {"gmacs_quartiles", Json::array({r.gmacs_low, r.gmacs_high})},
          {"voxels_per_s", r.voxels_per_s},
          {"cycles_per_voxel", time_stamp_hz > 0 ? Json(time_stamp_hz / r.voxels_per_s) : Json()},
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

/// "onednn i8"; null where there is none.
Json name_of(const Result* peer) { return peer == nullptr ? Json() : Json(peer->kind.name + " " + peer->kind.precision); }

/// Rates and accuracies stand in the results; here are their ratios.
Json summary_json(const SummaryRow& row, const std::optional<WholeBrain>& brain) {
  Json summary = {{"network", row.network},
                  {"batch", row.floating == nullptr ? Json() : Json(row.floating->batch)},
                  {"best_float_peer", name_of(row.best_float_peer)},
                  {"integers", row.integers == nullptr ? Json() : Json(row.integers->kind.precision)},
                  {"best_integer_peer", name_of(row.best_integer_peer)}};
  for (const SummaryNumber& number : numbers_of(row, brain)) summary[number.key] = number.value;
  return summary;
}

Json goals_json(const std::vector<JudgedSpeed>& judged) {
  Json all = Json::array();
  for (const JudgedSpeed& j : judged)
    all.push_back({{"network", j.goal->network},
                   {"batch", j.batch == 0 ? Json() : Json(j.batch)},
                   {"number", j.goal->number},
                   {j.goal->is_limit() ? "at_most" : "at_least", j.goal->value},
                   {"measured", j.measured},
                   {"verdict", j.verdict()}});
  return all;
}

}  // namespace

std::string json_text(const Report& report) {
  Json results = Json::array(), skipped = Json::array(), instructions = Json::array(), summary = Json::array();
  const std::vector<SummaryRow> rows = summary_rows(report);
  for (const SummaryRow& row : rows) summary.push_back(summary_json(row, report.goals.whole_brain));
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
  Json document = {{"crbrt_version", CRBRT_VERSION_STRING}, {"machine", report.machine},
                   {"time_stamp_hz", report.time_stamp_hz}, {"results", std::move(results)},
                   {"skipped", std::move(skipped)},         {"instructions", std::move(instructions)},
                   {"summary", std::move(summary)}};
  if (!report.measured.peaks.empty()) {
    const Peak peak = median(report.measured.peaks);
    document["peak"] = {{"isa", report.isa}, {"fp32_gmacs", peak.fp32}, {"i16_gmacs", peak.i16}, {"i8_gmacs", peak.i8}};
  }
  if (!report.goals.numbers.empty()) document["goals"] = goals_json(judged(report.goals, rows));
  return document.dump(1) + "\n";
}

}  // namespace crbrt::bench
