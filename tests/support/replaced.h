// SPDX-License-Identifier: Apache-2.0
/// Valid texts with one thing changed.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace crbrt::tests {

/// `text` with the first `from`, which must be there, replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace crbrt::tests
