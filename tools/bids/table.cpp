// SPDX-License-Identifier: Apache-2.0
// Both are made again from all records after every run, so that they are right whoever ran last.
#include "tools/bids/table.h"

#include <array>

#include "base/atomic_output.h"
#include "base/escaped.h"
#include "base/number_text.h"
#include "physics/quantity.h"
#include "tools/volume/bids_names.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

struct Column {
  const char* name;
  const char* meaning;
  std::string (*text)(const Record&);
};

const base::Json* stat(const Record& record, const char* group, const char* key) {
  const base::Json* const outer = record.stats.find(group);
  return outer == nullptr ? nullptr : outer->find(key);
}

std::string number_or_na(const base::Json* value, const char* format) {
  return value == nullptr || !value->is_number() ? "n/a" : base::number_text(value->number(), format);
}

/// The share of estimated voxels with another status than ok.
std::string flagged_share(const Record& record) {
  const base::Json* const voxels = record.stats.find("voxels");
  const base::Json* const ok = stat(record, "status", "ok");
  if (voxels == nullptr || ok == nullptr || !(voxels->number() > 0)) return "n/a";
  return base::number_text(1 - ok->number() / voxels->number(), "%.6f");
}

template <const char* const& key>
std::string share_of(const Record& record) {
  const base::Json* const voxels = record.stats.find("voxels");
  const base::Json* const count = stat(record, "status", key);
  if (voxels == nullptr || count == nullptr || !(voxels->number() > 0)) return "n/a";
  return base::number_text(count->number() / voxels->number(), "%.6f");
}

constexpr const char* non_finite = "non_finite";
constexpr const char* zero_signal = "zero_signal";
constexpr const char* outside_range = "outside_range";

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text.append(text.empty() ? "" : " | ").append(one);
  return text.empty() ? "n/a" : text;
}

constexpr std::array<Column, 13> columns{{
    {"participant_id", "the subject", [](const Record& r) { return std::string("sub-").append(r.subject); }},
    {"session_id", "the session",
     [](const Record& r) { return r.session.empty() ? "n/a" : std::string("ses-").append(r.session); }},
    {"image", "the coefficient image", [](const Record& r) { return r.image.empty() ? "n/a" : r.image; }},
    {"state", "done, warned (there are maps, and warnings) or failed (there are none of this run)",
     [](const Record& r) { return std::string(name(r.state())); }},
    {"voxels", "voxels that were estimated", [](const Record& r) { return number_or_na(r.stats.find("voxels"), "%.0f"); }},
    {"flagged_share", "share of them with another status than ok", flagged_share},
    {"non_finite_share", "share of them with coefficients that are not finite", share_of<non_finite>},
    {"zero_signal_share", "share of them without signal", share_of<zero_signal>},
    {"outside_range_share", "share of them with an estimate outside the model's range", share_of<outside_range>},
    {"noise", "standard deviation of the real and of the imaginary part of a coefficient, in units of the image",
     [](const Record& r) { return number_or_na(stat(r, "noise", "Sigma"), "%.6g"); }},
    {"warnings", "how many", [](const Record& r) { return std::to_string(r.warnings.size()); }},
    {"seconds", "time of the run", [](const Record& r) { return number_or_na(r.stats.find("total_s"), "%.2f"); }},
    {"message", "the warnings, or why it failed",
     [](const Record& r) { return r.message.empty() ? joined(r.warnings) : r.message; }},
}};

/// One line without tabs: texts of warnings hold names of files.
std::string cell(const std::string& text) { return base::for_terminal(text); }

constexpr const char* style = R"css(
body { font: 14px/1.4 system-ui, "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; margin: 2em; }
table { border-collapse: collapse; } th, td { padding: 0.3em 0.6em; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
th { background: #f4f4f4; } td.done { color: #0a6b2d; } td.warned { color: #8a5a00; font-weight: 600; }
td.failed { color: #b00020; font-weight: 600; } img { image-rendering: pixelated; height: 110px; background: #000; }
td.message { max-width: 32em; overflow-wrap: anywhere; } .note { color: #444; max-width: 60em; }
)css";

std::string pictures_of(const Record& record, const std::vector<std::string>& pictures) {
  std::string html;
  for (const std::string& picture : pictures) {
    html += "<td>";
    if (record.state() != State::failed) {
      const std::string address = base::for_html(picture_name(record.id, picture));
      html += "<img loading=\"lazy\" alt=\"" + base::for_html(picture) + "\" src=\"" + address + "\">";
    }
    html += "</td>";
  }
  return html;
}

std::string row(const Record& record, const std::vector<std::string>& pictures) {
  const std::string state = name(record.state());
  std::string html = "<tr><td>" + base::for_html(record.id) + "</td><td class=\"" + state + "\">" + state + "</td>";
  for (const Column& column : columns) {
    const std::string name_of_column = column.name;
    if (name_of_column == "voxels" || name_of_column == "flagged_share" || name_of_column == "noise" ||
        name_of_column == "seconds")
      html += "<td>" + base::for_html(column.text(record)) + "</td>";
  }
  html += pictures_of(record, pictures) + "<td class=\"message\">";
  if (!record.message.empty()) html += base::for_html(record.message);
  for (const std::string& warning : record.warnings) html += base::for_html(warning) + "<br>";
  return html + "</td></tr>\n";
}

/// Suffixes of the pictures that at least one record has, in the order of the table of quantities.
std::vector<std::string> pictures_in(const fs::path& out, const std::vector<Record>& records) {
  std::vector<std::string> all, found;
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (quantity.map.name.empty()) continue;
    const std::string suffix = physics::name_as_bids_suffix(quantity.map.name);
    if (all.empty() || all.back() != suffix) all.push_back(suffix);
  }
  all.emplace_back("status");
  for (const std::string& suffix : all) {
    bool is_there = false, is_listed = false;
    for (const Record& record : records) is_there = is_there || fs::exists(out / picture_name(record.id, suffix));
    for (const std::string& other : found) is_listed = is_listed || other == suffix;
    if (is_there && !is_listed) found.push_back(suffix);
  }
  return found;
}

}  // namespace

std::string table_text(const std::vector<Record>& records) {
  std::string text;
  for (const Column& column : columns) text.append(text.empty() ? "" : "\t").append(column.name);
  text += "\n";
  for (const Record& record : records) {
    std::string line;
    for (const Column& column : columns) line.append(line.empty() ? "" : "\t").append(cell(column.text(record)));
    text += line + "\n";
  }
  return text;
}

std::string table_description() {
  base::Json json = base::Json::object();
  for (const Column& column : columns) json[column.name] = base::Json{{"Description", column.meaning}};
  return json.dump(2) + "\n";
}

std::string picture_name(const std::string& id, const std::string& suffix) { return "figures/" + id + "_" + suffix + ".png"; }

std::string page_text(const std::vector<Record>& records, const std::vector<std::string>& pictures) {
  std::array<std::size_t, 3> count{};
  for (const Record& record : records) ++count.at(static_cast<std::size_t>(record.state()));
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>crbrt cohort</title><style>";
  html += style;
  html += "</style></head><body>\n<h1>Quantitative maps</h1>\n<p class=\"note\">" + std::to_string(records.size()) +
          " images: " + std::to_string(count[0]) + " done, " + std::to_string(count[1]) + " with warnings, " +
          std::to_string(count[2]) +
          " failed. Middle slices; in the status, red voxels are flagged. The same numbers are in subjects.tsv. Not for "
          "diagnostic use.</p>\n<table><tr><th>subject</th><th>state</th><th>voxels</th><th>flagged share</th><th>noise</th>"
          "<th>seconds</th>";
  for (const std::string& picture : pictures) html += "<th>" + base::for_html(picture) + "</th>";
  html += "<th>warnings</th></tr>\n";
  for (const Record& record : records) html += row(record, pictures);
  return html + "</table></body></html>\n";
}

void write_tables(const fs::path& out) {
  const std::vector<Record> records = read_records(out / "logs");
  base::write_text_file(out / "subjects.tsv", table_text(records));
  base::write_text_file(out / "subjects.json", table_description());
  base::write_text_file(out / "subjects.html", page_text(records, pictures_in(out, records)));
}

}  // namespace crbrt::bids
