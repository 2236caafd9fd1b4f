// SPDX-License-Identifier: Apache-2.0
/// Sections of the page on images: the digital brain, and the real slice.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/figures.h"

namespace crbrt::bench {

/// A chart for the brain and for each of its tissues, and a table.
std::string brain_section(const base::Json& document, const std::vector<Numbered>& estimators);

std::string in_vivo_section(const base::Json& document);

}  // namespace crbrt::bench
