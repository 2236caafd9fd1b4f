// SPDX-License-Identifier: Apache-2.0
// Times of files are compared, not shown: a record says the same wherever it is read.
#include "tools/bids/record.h"

#include <algorithm>

#include "base/error.h"
#include "base/read_file.h"
#include "crbrt/version.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

std::string text_or_empty(const base::Json& json, const char* key) {
  const base::Json* const value = json.find(key);
  return value != nullptr && value->is_text() ? value->text() : "";
}

}  // namespace

const char* name(State state) {
  switch (state) {
    case State::done: return "done";
    case State::warned: return "warned";
    case State::failed: break;
  }
  return "failed";
}

State Record::state() const {
  if (exit_code != 0) return State::failed;
  return warnings.empty() ? State::done : State::warned;
}

base::Json to_json(const Record& record) {
  return {{"Id", record.id},           {"Subject", record.subject},     {"Session", record.session},
          {"Image", record.image},     {"State", name(record.state())}, {"ExitCode", record.exit_code},
          {"Message", record.message}, {"Warnings", record.warnings},   {"Stats", record.stats},
          {"Maps", record.maps},       {"Identity", record.identity}};
}

std::optional<Record> read_record(const fs::path& file) {
  try {
    const std::string text = base::read_file_of_ours(file.string(), "a record");
    const base::Json json = base::Json::parse(text, file.string());
    Record record{.id = text_or_empty(json, "Id"),
                  .subject = text_or_empty(json, "Subject"),
                  .session = text_or_empty(json, "Session"),
                  .image = text_or_empty(json, "Image"),
                  .exit_code = static_cast<int>(json.at("ExitCode").integer()),
                  .message = text_or_empty(json, "Message"),
                  .warnings = {},
                  .stats = json.at("Stats"),
                  .maps = {},
                  .identity = json.at("Identity")};
    for (const base::Json& warning : json.at("Warnings").items()) record.warnings.push_back(warning.text());
    if (const base::Json* const maps = json.find("Maps"))
      for (const base::Json& map : maps->items()) record.maps.push_back(map.text());
    if (record.id.empty()) return std::nullopt;
    return record;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::vector<Record> read_records(const fs::path& folder) {
  std::vector<Record> records;
  std::error_code absent;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, absent)) {
    if (entry.path().extension() != ".json") continue;
    if (auto record = read_record(entry.path())) records.push_back(std::move(*record));
  }
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.id < b.id; });
  return records;
}

base::Json identity_of(const std::vector<std::string>& command, const std::vector<fs::path>& inputs) {
  base::Json json{{"Version", CRBRT_VERSION_STRING}, {"Command", command}};
  json["Inputs"] = base::Json::array();
  for (const fs::path& input : inputs) {
    std::error_code absent;
    const auto size = fs::file_size(input, absent);
    const auto changed = fs::last_write_time(input, absent).time_since_epoch().count();
    json["Inputs"].push_back({{"File", input.string()}, {"Size", size}, {"Changed", static_cast<std::int64_t>(changed)}});
  }
  return json;
}

}  // namespace crbrt::bids
