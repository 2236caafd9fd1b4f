// SPDX-License-Identifier: Apache-2.0
/// The page of a benchmark: one HTML file with drawings inside, that needs no other file and no network.
#pragma once

#include <string>

#include "base/json.h"

namespace crbrt::bench {

/// Every number on it is one of `document` (crbrt-benchmark measure), and says on hovering under which key it stands there.
/// Throws base::InputError naming `path` where it is no such document.
std::string benchmark_page(const base::Json& document, const std::string& path);

}  // namespace crbrt::bench
