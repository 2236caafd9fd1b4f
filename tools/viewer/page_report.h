// SPDX-License-Identifier: Apache-2.0
/// What a page of maps says: its images as text, and everything else as JSON for page.js.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "tools/viewer/map_page.h"

namespace crbrt::viewer {

struct PageReport {
  base::Json json;
  std::vector<std::pair<std::string, std::string>> images;  ///< id in the page, text
  std::string csv;                                          ///< statistics of regions; empty without labels
};

/// Throws InputError.
PageReport make_report(const PageOptions& options);

}  // namespace crbrt::viewer
