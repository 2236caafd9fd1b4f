// SPDX-License-Identifier: Apache-2.0
// The beginnings are texts that run_image.cpp, record.cpp and table.cpp write; a test makes them all and finds them to be ours.
#include "tools/bids/ownership.h"

#include "base/json.h"
#include "base/own_file.h"
#include "tools/bids/table.h"

namespace crbrt::bids {
namespace {

namespace fs = std::filesystem;

void expect_own(const fs::path& file, const std::string& begin) { base::expect_own_file(file, begin, "crbrt-bids"); }

}  // namespace

void expect_own_tables(const fs::path& out) {
  const auto up_to = [](const std::string& text, const char* end) { return text.substr(0, text.find(end)); };
  expect_own(out / "subjects.tsv", up_to(table_text({}), "\tvoxels"));
  expect_own(out / "subjects.json", up_to(table_description(), "\"voxels\""));
  expect_own(out / "subjects.html", up_to(page_text({}, {}), "<style>"));
}

void expect_own_logs(const fs::path& logs, const std::string& id) {
  const fs::path record = logs / (id + ".json"), log = logs / (id + ".log");
  expect_own(record, "{\n  \"Id\": " + base::Json(id).dump());
  std::error_code absent;
  if (!fs::exists(record, absent)) expect_own(log, log_begin);  // 0.2.0 began its logs with nothing of its own
  expect_own(logs / (id + "_stats.json"), "{\n  \"voxels\": ");
}

}  // namespace crbrt::bids
