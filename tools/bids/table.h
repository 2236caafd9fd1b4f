// SPDX-License-Identifier: Apache-2.0
/// What a cohort became, for programs and for people: a table with its description, and a page with a row of small pictures for
/// each image.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/bids/record.h"

namespace crbrt::bids {

/// Tab-separated, as BIDS wants tables: participant_id first, n/a for what is not known.
std::string table_text(const std::vector<Record>& records);

/// The JSON file that describes the columns.
std::string table_description();

/// Self-contained but for the pictures, which lie in figures/ beside it. `pictures` are the names of their maps.
std::string page_text(const std::vector<Record>& records, const std::vector<std::string>& pictures);

/// Of a map of a record, relative to the data set: "figures/sub-01_T1map.png".
std::string picture_name(const std::string& id, const std::string& suffix);

/// Writes subjects.tsv, subjects.json and subjects.html of what the records in OUT/logs say. Throws OutputError.
void write_tables(const std::filesystem::path& out);

}  // namespace crbrt::bids
