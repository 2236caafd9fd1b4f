// SPDX-License-Identifier: Apache-2.0
/// An error is its exit code and one line that says what is wrong.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace crbrt::tests {

/// Runs `action`, which must throw a base::Error of this code whose line holds all of `parts`.
template <class Action>
void expect_error(base::ExitCode code, const std::vector<std::string>& parts, Action&& action) {
  try {
    action();
    ADD_FAILURE() << "no error, expected one about " << *parts.begin();
  } catch (const base::Error& error) {
    const std::string line = error.what();
    EXPECT_EQ(error.code(), code) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    for (const std::string& part : parts) EXPECT_NE(line.find(part), std::string::npos) << "\"" << part << "\" in: " << line;
  }
}

}  // namespace crbrt::tests
