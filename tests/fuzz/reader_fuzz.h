// SPDX-License-Identifier: Apache-2.0
/// What the fuzzers of readers share: a folder for the files that they write, and what a reader may answer.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::fuzz {

inline void require(bool good) {
  if (!good) std::abort();
}

/// A reader gives a value, or an error of exit code 3 or 4 on one line.
inline void expect_value_or_one_line(const std::function<void()>& read) {
  try {
    read();
  } catch (const base::Error& error) {
    require(error.code() == base::exit_input || error.code() == base::exit_disagreement);
    require(std::string(error.what()).find('\n') == std::string::npos);
  }
}

/// One folder for all inputs, removed when the process ends.
inline const tests::TemporaryFolder& fuzz_folder() {
  static const tests::TemporaryFolder folder;
  return folder;
}

}  // namespace crbrt::fuzz
