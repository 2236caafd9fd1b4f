// SPDX-License-Identifier: Apache-2.0
// The guard pages that the other tests rely on do end a program that steps over them.
#include "tests/support/guarded_buffer.h"

#include <gtest/gtest.h>

namespace crbrt::tests {
namespace {

[[maybe_unused]] void touch(volatile float* at) { *at = *at + 1; }

TEST(GuardedBuffer, EndsAProgramThatStepsOverAnEdge) {
#if !GTEST_HAS_DEATH_TEST
  GTEST_SKIP() << "no processes, so no memory protection to see (WebAssembly)";
#else
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  GuardedBuffer<float> at_end(5), at_begin(5, Edge::begin);
  for (std::size_t i = 0; i < 5; ++i) {
    touch(at_end.data() + i);
    touch(at_begin.data() + i);
  }
  EXPECT_DEATH(touch(at_end.data() + 5), "");
  EXPECT_DEATH(touch(at_begin.data() - 1), "");
#endif
}

}  // namespace
}  // namespace crbrt::tests
