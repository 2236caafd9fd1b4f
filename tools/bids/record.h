// SPDX-License-Identifier: Apache-2.0
/// What became of one image of a cohort: a JSON file for each, OUT/logs/ID.json, from which a second start, the table and the
/// page are made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/bids/cohort.h"

namespace crbrt::bids {

enum class State {
  done,    ///< nothing was suspicious
  warned,  ///< there are maps, and warnings
  failed,  ///< there are no maps of this run
};

const char* name(State state);

struct Record {
  std::string id, subject, session;
  std::string image;  ///< file name
  int exit_code = 0;
  std::string message;  ///< why it failed
  std::vector<std::string> warnings;
  base::Json stats;                 ///< of crbrt-map --stats; null where it failed
  std::vector<std::string> maps{};  ///< images and sidecars that were made, relative to the data set of derivatives
  base::Json identity;              ///< command and inputs: the same means that the maps would be the same

  State state() const;
};

base::Json to_json(const Record& record);

/// Empty for a file that is no record, e.g. because a run was killed.
std::optional<Record> read_record(const std::filesystem::path& file);

/// All records of a folder, sorted by id.
std::vector<Record> read_records(const std::filesystem::path& folder);

/// The command with the versions of the inputs: path, size and time of the last change of each file.
base::Json identity_of(const std::vector<std::string>& command, const std::vector<std::filesystem::path>& inputs);

}  // namespace crbrt::bids
