/// Extra tables for the report: comparisons that other programs made.
#pragma once

#include <string>

#include "tools/report/page.h"

namespace crbrt::report {

/// FILE.csv with a header line (RFC 4180: quoted cells may hold commas, quotes and line breaks), or FILE.json: an array of
/// objects with the same keys, or {"columns": [...], "rows": [[...], ...]}. Throws base::InputError.
Table read_table(const std::string& title, const std::string& path);

}  // namespace crbrt::report
