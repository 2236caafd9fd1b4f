// SPDX-License-Identifier: Apache-2.0
/// Where the reference values and the in-vivo data lie: beside the clone, or where CRBRT_SHARED points. Never in the project.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace crbrt::tests {

/// Empty when the file is not on this machine: the test then calls GTEST_SKIP with its name.
inline std::string shared_file(const std::string& relative) {
  const char* root = std::getenv("CRBRT_SHARED");
  const std::filesystem::path path =
      (root != nullptr ? std::filesystem::path(root) : std::filesystem::path(CRBRT_SOURCE_DIR) / ".." / "shared") / relative;
  return std::filesystem::exists(path) ? path.lexically_normal().string() : std::string();
}

}  // namespace crbrt::tests
