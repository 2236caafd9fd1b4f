// SPDX-License-Identifier: Apache-2.0
/// Shares of a dictionary: parts that never overlap, and that are the file together, to train on one and to judge on another.
#pragma once

#include <cstdint>
#include <string>

#include "tools/simulate/foreign_file.h"

namespace crbrt::simulate {

/// The rows whose draw, uniform in [0, 1) and a function of the row's number alone, lies in [from, to). A dictionary is often a
/// grid, so that a cut by position would take all of one value.
struct Share {
  double from = 0, to = 1;

  bool is_all() const { return from == 0 && to == 1; }
  bool holds(std::uint64_t row) const;
};

/// "FROM:TO" with 0 <= FROM < TO <= 1. Throws base::UsageError.
Share parse_share(const std::string& text);

/// "FROM:TO", as it can be given.
std::string in_words(const Share& share);

/// Leaves the rows of the share.
void keep_share(ForeignFile& file, const Share& share);

}  // namespace crbrt::simulate
