// SPDX-License-Identifier: Apache-2.0
/// How our programs refuse: with the exit code of the kind of error, and one line that says why.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/run_program.h"

namespace crbrt::tests {

/// The exit code, and a text of one line that holds all parts.
inline void expect_refusal(const Outcome& outcome, int exit_code, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.text;
  EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
  for (const std::string& part : parts)
    EXPECT_NE(outcome.text.find(part), std::string::npos) << "no \"" << part << "\" in: " << outcome.text;
}

}  // namespace crbrt::tests
