// SPDX-License-Identifier: Apache-2.0
/// An error is only as good as its text: file, expected and found must all be in it, on one line.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace crbrt::tests {

inline void expect_error(base::ExitCode code, const std::function<void()>& action, const std::vector<std::string>& parts) {
  try {
    action();
    ADD_FAILURE() << "accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), code);
    const std::string text = error.what();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << "no \"" << part << "\" in: " << text;
  }
}

inline void expect_input_error(const std::function<void()>& action, const std::vector<std::string>& parts) {
  expect_error(base::exit_input, action, parts);
}

}  // namespace crbrt::tests
