// SPDX-License-Identifier: Apache-2.0
/// Which files of OUT are ours. A data set of derivatives may hold those of other programs, under names that we would use, too:
/// tables of subjects, logs. A file of ours begins as only ours do; anything else is never replaced.
#pragma once

#include <filesystem>
#include <string>

namespace crbrt::bids {

/// The first line of logs/ID.log, before the command.
inline constexpr const char* log_begin = "crbrt-bids ran: ";

/// Throws OutputError where subjects.tsv, subjects.json or subjects.html in `out` is a file of somebody else.
void expect_own_tables(const std::filesystem::path& out);

/// The same for the record of an image, its log and its statistics. A record that was cut off, by a full disk or a kill, is
/// still ours.
void expect_own_logs(const std::filesystem::path& logs, const std::string& id);

}  // namespace crbrt::bids
