// SPDX-License-Identifier: Apache-2.0
/// Counts the heap allocations of a scope, from malloc to operator new. Linked into the test programs that use it.
#pragma once

#include <cstddef>

namespace crbrt::tests {

class AllocationDetector {
 public:
  AllocationDetector() noexcept;   ///< starts to count
  ~AllocationDetector() noexcept;  ///< stops
  AllocationDetector(const AllocationDetector&) = delete;
  AllocationDetector& operator=(const AllocationDetector&) = delete;

  std::size_t count() const noexcept;

  /// False under sanitizers, which own malloc: such a test is skipped.
  static bool is_available() noexcept;
};

}  // namespace crbrt::tests
