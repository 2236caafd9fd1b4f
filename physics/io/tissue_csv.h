/// Lists of tissues in CSV: a header with the names of the eight parameters in any order, then one tissue a line, SI units.
#pragma once

#include <string>
#include <vector>

#include "physics/tissue.h"

namespace crbrt::physics {

/// Throws base::InputError naming file, line and column. Blank lines are skipped.
std::vector<Tissue> read_tissues(const std::string& path);

}  // namespace crbrt::physics
