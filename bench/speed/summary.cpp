// SPDX-License-Identifier: Apache-2.0
// The first table of a run: which results stand in it, and their ratios. Both sides of a ratio are medians of the same run at
// the same batch.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/number_text.h"
#include "bench/speed/report.h"

namespace crbrt::bench {
namespace {

using base::number_text;

constexpr std::size_t large_batch = 1024;
constexpr const char* float_precision = "f32";
constexpr const char* own_choice = "its own choice";  ///< as peers say it of their instruction set

/// A fastest result that `fits`; null where none does.
template <class Fits>
const Result* fastest(const Report& report, const Fits& fits) {
  const Result* found = nullptr;
  for (const Result& r : report.measured.results)
    if (r.kind.isa == report.isa && fits(r) && (found == nullptr || r.gmacs > found->gmacs)) found = &r;
  return found;
}

bool is_ours(const Result& r) { return r.kind.name == own_engine; }
bool is_peer(const Result& r) { return !is_ours(r) && r.kind.name != own_features_engine; }
bool is_float(const Result& r) { return r.kind.precision == float_precision; }

const Result* float_of(const Report& report, const std::string& network, const std::string& engine, std::size_t batch) {
  return fastest(report, [&](const Result& r) {
    return r.network == network && r.batch == batch && is_float(r) && r.kind.name == engine;
  });
}

/// From 1024 on, in rising order; 0 alone where there is none.
std::vector<std::size_t> summary_batches(const Report& report, const std::string& network) {
  std::set<std::size_t> batches;
  for (const Result& r : report.measured.results)
    if (r.network == network && r.kind.isa == report.isa && is_ours(r) && is_float(r) && r.batch >= large_batch)
      batches.insert(r.batch);
  if (batches.empty()) batches.insert(0);
  return {batches.begin(), batches.end()};
}

/// False for what may use instruction sets beyond the report's.
bool is_held(const Report& report, const Result& r) { return !report.has_more || r.label.isa != own_choice; }

}  // namespace

const Result* best_own(const Report& report, const std::string& network, std::size_t batch, const char* engine, bool floating) {
  return fastest(report, [&](const Result& r) {
    return r.network == network && r.batch == batch && r.kind.name == engine && is_float(r) == floating;
  });
}

const Result* best_peer(const Report& report, const std::string& network, std::size_t batch, bool floating) {
  return fastest(report, [&](const Result& r) {
    return r.network == network && r.batch == batch && is_peer(r) && is_float(r) == floating && is_held(report, r);
  });
}

namespace {

SummaryRow row_of(const Report& report, const std::string& network, std::size_t batch) {
  SummaryRow row;
  row.network = network;
  row.floating = float_of(report, network, own_engine, batch);
  row.onednn = float_of(report, network, "onednn", batch);
  row.onnxruntime = float_of(report, network, "onnxruntime", batch);
  row.integers = best_own(report, network, batch, own_engine, false);
  row.best_float_peer = best_peer(report, network, batch, true);
  row.best_integer_peer = best_peer(report, network, batch, false);
  row.one_floating = float_of(report, network, own_engine, 1);
  row.one_onnxruntime = float_of(report, network, "onnxruntime", 1);
  row.one_features = best_own(report, network, 1, own_features_engine, true);
  row.one_best_float_peer = best_peer(report, network, 1, true);
  row.one_best_integer_peer = best_peer(report, network, 1, false);
  row.one_integer = fastest(report, [&](const Result& r) {
    const bool is_that_form = row.integers == nullptr || r.kind.precision == row.integers->kind.precision;
    return r.network == network && r.batch == 1 && is_ours(r) && !is_float(r) && is_that_form;
  });
  return row;
}

std::string text_or_dash(const std::optional<double>& value, const char* format) {
  return value ? number_text(*value, format) : "-";
}

std::string peer_cell(const Result* ours, const Result* peer) {
  if (peer == nullptr) return "-";
  const std::string precision = is_float(*peer) ? "" : " " + peer->kind.precision;
  return text_or_dash(speedup(ours, peer), "%.2f") + " (" + peer->kind.name + precision + ")";
}

std::string microseconds(const Result* one) { return one == nullptr ? "-" : number_text(1e6 / one->voxels_per_s, "%.2f us"); }
std::string rms(const Result* r) { return r == nullptr ? "-" : number_text(r->difference.rms, "%.1e"); }

/// What keeps the ratio beside it honest.
std::string rms_cell(const SummaryRow& row) {
  const bool is_worse = row.integers != nullptr && row.best_integer_peer != nullptr &&
                        row.integers->difference.rms > row.best_integer_peer->difference.rms;
  return rms(row.integers) + ", " + rms(row.best_integer_peer) + (is_worse ? " (ours is further off)" : "");
}

std::vector<std::string> cells_of(const SummaryRow& row) {
  const Result* const floating = row.floating;
  return {row.network,
          floating == nullptr ? "-" : std::to_string(floating->batch),
          floating == nullptr ? "-" : number_text(floating->gmacs, "%.1f"),
          floating == nullptr ? "-" : number_text(100 * floating->share_of_peak, "%.0f %%"),
          text_or_dash(speedup(floating, row.onednn), "%.2f"),
          text_or_dash(speedup(floating, row.onnxruntime), "%.2f"),
          peer_cell(floating, row.best_float_peer),
          row.integers == nullptr ? "-" : row.integers->kind.precision,
          text_or_dash(speedup(row.integers, floating), "%.2f"),
          peer_cell(row.integers, row.best_integer_peer),
          rms_cell(row),
          microseconds(row.one_floating),
          microseconds(row.one_integer),
          text_or_dash(speedup(row.one_floating, row.one_onnxruntime), "%.2f")};
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line.append(" ").append(cell).append(" |");
  return line + "\n";
}

std::string brain_line(const SummaryRow& row, const WholeBrain& brain) {
  const std::optional<double> floating = whole_brain_seconds(row, row.floating, brain);
  if (!floating) return "";
  std::string text = "- Whole brain, " + number_text(brain.n_voxel / 1e6, "%.4g") + " million voxels, by the kernels of " +
                     row.network + " at batch " + std::to_string(row.floating->batch) + " on a core whose FMA peak is " +
                     number_text(brain.peak_gmacs, "%g") + " G: " + number_text(*floating, "%.3f") + " s in float";
  if (const std::optional<double> integers = whole_brain_seconds(row, row.integers, brain))
    text += ", " + number_text(*integers, "%.3f") + " s in " + row.integers->kind.precision;
  return text + ".\n";
}

/// Peers that could not be told which instruction set to use, one line each.
std::string choice_lines(const std::vector<SummaryRow>& rows, const std::string& isa) {
  std::vector<std::string> lines;
  for (const SummaryRow& row : rows)
    for (const Result* peer : {row.onnxruntime, row.best_float_peer, row.best_integer_peer, row.one_onnxruntime}) {
      if (peer == nullptr || peer->label.isa == isa) continue;
      const std::string line =
          "- " + peer->kind.name + ", " + peer->kind.precision + ", is not held to " + isa + ": " + peer->label.isa + ".\n";
      if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
    }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

std::vector<SummaryRow> summary_rows(const Report& report) {
  std::vector<SummaryRow> rows;
  for (const Result& r : report.measured.results) {
    const auto same = [&](const SummaryRow& row) { return row.network == r.network; };
    if (std::any_of(rows.begin(), rows.end(), same)) continue;
    for (const std::size_t batch : summary_batches(report, r.network)) rows.push_back(row_of(report, r.network, batch));
  }
  return rows;
}

std::optional<double> speedup(const Result* ours, const Result* theirs) {
  if (ours == nullptr || theirs == nullptr) return std::nullopt;
  return ours->gmacs / theirs->gmacs;
}

std::optional<double> whole_brain_seconds(const SummaryRow& row, const Result* form, const WholeBrain& brain) {
  if (row.floating == nullptr || form == nullptr) return std::nullopt;
  const double macs_per_voxel = row.floating->gmacs * 1e9 / row.floating->voxels_per_s;
  if (std::abs(macs_per_voxel / brain.macs_per_voxel - 1) > 0.05) return std::nullopt;
  const double peak = row.floating->gmacs / row.floating->share_of_peak;  // around these very turns
  return brain.n_voxel / form->voxels_per_s * peak / brain.peak_gmacs;
}

std::vector<SummaryNumber> numbers_of(const SummaryRow& row, const std::optional<WholeBrain>& brain) {
  const auto call_us = [](const Result* one) { return one == nullptr ? std::nullopt : std::optional(1e6 / one->voxels_per_s); };
  const auto seconds = [&](const Result* form) { return brain ? whole_brain_seconds(row, form, *brain) : std::nullopt; };
  return {{"share_of_fma_peak", row.floating == nullptr ? std::nullopt : std::optional(row.floating->share_of_peak)},
          {"float_by_onednn", speedup(row.floating, row.onednn)},
          {"float_by_onnxruntime", speedup(row.floating, row.onnxruntime)},
          {"float_by_best_peer", speedup(row.floating, row.best_float_peer)},
          {"integers_by_float", speedup(row.integers, row.floating)},
          {"integers_by_best_peer", speedup(row.integers, row.best_integer_peer)},
          {"one_voxel_float_us", call_us(row.one_floating)},
          {"one_voxel_integers_us", call_us(row.one_integer)},
          {"one_voxel_float_by_onnxruntime", speedup(row.one_floating, row.one_onnxruntime)},
          {"one_voxel_float_by_best_peer", speedup(row.one_floating, row.one_best_float_peer)},
          {"one_voxel_features_by_best_peer", speedup(row.one_features, row.one_best_float_peer)},
          {"one_voxel_integers_by_best_peer", speedup(row.one_integer, row.one_best_integer_peer)},
          {"whole_brain_float_s", seconds(row.floating)},
          {"whole_brain_integers_s", seconds(row.integers)}};
}

std::string summary_text(const Report& report) {
  const std::vector<SummaryRow> rows = summary_rows(report);
  if (rows.empty()) return "";
  std::string text = "Summary: medians of this run, " + report.isa + "; x is how many times as fast\n\n";
  text += line_of({"network", "batch", "float, G multiply-adds/s", "of the FMA peak", "x oneDNN", "x ONNX Runtime",
                   "x best float peer*", "integers", "x our float", "x best 8-bit peer*", "rms of ours, of that peer",
                   "one voxel a call: float", "integers", "x ONNX Runtime, float"});
  text += "|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|\n";
  for (const SummaryRow& row : rows) text += line_of(cells_of(row));
  text +=
      "\n- Columns up to rms are at that batch; - is not measured. An 8-bit peer is not at the same accuracy as our integers: "
      "rms "
      "says how far each is off, in standard deviations of an output.\n- *: of those that keep to " +
      report.isa + (report.has_more ? "; others stand in tables below.\n" : ".\n");
  for (std::size_t i = 0; i < rows.size(); ++i)  // at its largest batch
    if (report.goals.whole_brain && (i + 1 == rows.size() || rows[i + 1].network != rows[i].network))
      text += brain_line(rows[i], *report.goals.whole_brain);
  return text + choice_lines(rows, report.isa) + goals_text(judged(report.goals, rows));
}

}  // namespace crbrt::bench
