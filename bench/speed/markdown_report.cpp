// SPDX-License-Identifier: Apache-2.0
// Markdown: one table a network, engines down, batches across; then what the numbers do not say.
#include <algorithm>
#include <functional>

#include "base/number_text.h"
#include "bench/speed/report.h"

namespace crbrt::bench {
namespace {

using base::number_text;

/// Of the order of appearance.
template <class T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

struct Row {
  std::string engine, precision, isa;
  bool operator==(const Row&) const = default;
};

std::string cell_text(const std::string& text) {
  std::string padded(1, ' ');
  return padded.append(text).append(" |");
}

Row row_of(const Result& r) { return {r.kind.name, r.kind.precision, r.label.isa}; }
Row row_of(const InstructionCount& c) { return {c.kind.name, c.kind.precision, c.kind.isa}; }

/// One table of `all` for `network`, with `cell` for each batch.
template <class T>
std::string table(const std::vector<T>& all, const std::string& network, const std::string& last_heading,
                  const std::function<std::string(const T&)>& cell, const std::function<std::string(const T&)>& last) {
  std::vector<Row> rows;
  std::vector<std::size_t> batches;
  for (const T& item : all)
    if (item.network == network) add_once(rows, row_of(item)), add_once(batches, item.batch);
  std::string text = "| engine | precision | isa |", line = "|---|---|---|";
  for (const std::size_t batch : batches) text += cell_text(std::to_string(batch)), line += "---:|";
  if (!last_heading.empty()) text += cell_text(last_heading), line += "---:|";
  text += "\n" + line + "\n";
  for (const Row& row : rows) {
    text.append("|").append(cell_text(row.engine)).append(cell_text(row.precision)).append(cell_text(row.isa));
    const T* shown = nullptr;
    for (const std::size_t batch : batches) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const T& item) {
        return item.network == network && item.batch == batch && row_of(item) == row;
      });
      text += cell_text(found == all.end() ? "-" : cell(*found));
      if (found != all.end()) shown = &*found;
    }
    if (!last_heading.empty()) text += cell_text(last(*shown));
    text += "\n";
  }
  return text;
}

std::string speed_cell(const Result& r) {
  return number_text(r.gmacs, "%.1f") + " (" + number_text(100 * r.share_of_peak, "%.0f") + " %)";
}

/// Time of a call where the batch is small, voxels per second where it is not.
std::string time_cell(const Result& r) {
  if (r.batch < 64) return number_text(1e6 * static_cast<double>(r.batch) / r.voxels_per_s, "%.2f us");
  return number_text(r.voxels_per_s / 1e6, "%.3g M/s");
}

std::string notes(const Report& report) {
  std::vector<std::string> lines;
  for (const Result& r : report.measured.results) {
    std::string line = r.kind.name;
    if (!r.label.version.empty()) line.append(" ").append(r.label.version);
    if (!r.label.note.empty()) add_once(lines, line.append(", ").append(r.kind.precision).append(": ").append(r.label.note));
  }
  for (const Skipped& s : report.measured.skipped) {
    std::string line = "skipped: ";
    line.append(s.engine).append(" ").append(s.precision);
    if (!s.network.empty()) line.append(" on ").append(s.network);
    add_once(lines, line.append(": ").append(s.reason));
  }
  std::string text;
  for (const std::string& line : lines) text.append("- ").append(line).append("\n");
  return text;
}

std::string heading(const Report& report) {
  if (report.measured.peaks.empty()) return report.machine + "\n";
  const Peak peak = median(report.measured.peaks);
  std::string text = report.machine + ", one thread. Peak of " + report.isa +
                     " from registers, G multiply-adds/s: " + number_text(peak.fp32, "%.1f") + " float, " +
                     number_text(peak.i16, "%.1f") + " 16-bit, " + number_text(peak.i8, "%.1f") + " 8-bit.\n";
  if (report.time_stamp_hz > 0)
    text += "Cycles in the JSON are ticks of the time stamp counter, " + number_text(report.time_stamp_hz / 1e9, "%.3f") +
            " GHz.\n";
  return text;
}

}  // namespace

std::string markdown_text(const Report& report) {
  std::vector<std::string> networks, counted;
  for (const Result& r : report.measured.results) add_once(networks, r.network);
  for (const InstructionCount& c : report.instructions) add_once(counted, c.network);
  std::string text = heading(report) + "\n" + summary_text(report) + few_voxels_text(report);
  const std::function<std::string(const Result&)> speed = speed_cell, time = time_cell;
  const std::function<std::string(const Result&)> rms = [](const Result& r) { return number_text(r.difference.rms, "%.1e"); };
  for (const std::string& network : networks) {
    text += "\n" + network +
            ": G multiply-adds/s (share of the peak of that precision) by batch; rms difference to exact "
            "estimates in standard deviations of an output\n\n";
    text += table(report.measured.results, network, "rms", speed, rms);
    text += "\n" + network + ": time of a call, or voxels/s\n\n" + table(report.measured.results, network, "", time, rms);
  }
  const std::function<std::string(const InstructionCount&)> per_voxel = [](const InstructionCount& c) {
    return number_text(c.per_voxel, "%.0f");
  };
  for (const std::string& network : counted)
    text += "\n" + network + ": instructions per voxel by batch\n\n" +
            table(report.instructions, network, "", per_voxel, per_voxel);
  return text + "\n" + notes(report);
}

}  // namespace crbrt::bench
