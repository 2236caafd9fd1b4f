// SPDX-License-Identifier: Apache-2.0
// Stands in for the C library's allocation functions and forwards to them. operator new ends here, too: it calls malloc.
#include "tests/support/allocation_detector.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define CRBRT_TEST_OWNS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CRBRT_TEST_OWNS_MALLOC 0
#endif
#endif
#ifndef CRBRT_TEST_OWNS_MALLOC
#define CRBRT_TEST_OWNS_MALLOC 1
#endif

namespace {
std::atomic<bool> counting{false};
std::atomic<std::size_t> allocations{0};

[[maybe_unused]] void note() noexcept {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
}
}  // namespace

#if CRBRT_TEST_OWNS_MALLOC
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  note();
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  note();
  *result = __libc_memalign(alignment, size);
  return *result != nullptr ? 0 : ENOMEM;
}
}
#endif

namespace crbrt::tests {

AllocationDetector::AllocationDetector() noexcept {
  allocations = 0;
  counting = true;
}
AllocationDetector::~AllocationDetector() noexcept { counting = false; }
std::size_t AllocationDetector::count() const noexcept { return allocations; }
bool AllocationDetector::is_available() noexcept { return CRBRT_TEST_OWNS_MALLOC != 0; }

}  // namespace crbrt::tests
