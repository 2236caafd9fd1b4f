// SPDX-License-Identifier: Apache-2.0
// Every index once, whatever the threads; an exception ends the loop.
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace crbrt::base {
namespace {

TEST(ForEachIndex, CallsTheBodyOnceForEveryIndex) {
  for (const unsigned threads : {1u, 3u})
    for (const std::size_t block : {std::size_t{1}, std::size_t{16}})
      for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{1000}}) {
        std::vector<std::atomic<int>> calls(count);
        std::atomic<bool> thread_in_range{true};
        for_each_index(
            count, threads,
            [&](unsigned thread, std::size_t index) {
              ++calls[index];
              if (thread >= threads) thread_in_range = false;
            },
            block);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i], 1) << i << " of " << count << ", blocks of " << block;
        EXPECT_TRUE(thread_in_range);
      }
}

TEST(ForEachIndex, StopsAtTheFirstExceptionAndRethrowsIt) {
  for (const unsigned threads : {1u, 3u}) {
    std::atomic<std::size_t> calls{0};
    const auto body = [&](unsigned, std::size_t index) {
      ++calls;
      if (index == 5) throw std::runtime_error("five");
    };
    EXPECT_THROW(for_each_index(1'000'000, threads, body, 1), std::runtime_error);
    EXPECT_LT(calls, 1'000'000u);
  }
}

}  // namespace
}  // namespace crbrt::base
