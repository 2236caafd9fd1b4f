// SPDX-License-Identifier: Apache-2.0
// Blocks are handed out by one atomic counter; exceptions travel to the caller.
#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace crbrt::base {

void for_each_index(std::size_t count, unsigned threads, const std::function<void(unsigned, std::size_t)>& body,
                    std::size_t block) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](unsigned thread) {
    try {
      for (std::size_t begin = next.fetch_add(block); begin < count; begin = next.fetch_add(block))
        for (std::size_t i = begin; i < std::min(begin + block, count); ++i) body(thread, i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  for (auto& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace crbrt::base
