// SPDX-License-Identifier: Apache-2.0
/// How many bytes of stack a call takes: it runs on a thread whose stack was painted, and what is no longer paint was used.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace crbrt::tests {

/// Sanitizers make frames larger and keep some of them on the heap: nothing is measured there.
inline constexpr bool stack_use_is_measured =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    false;
#else
    true;
#endif
#else
    true;
#endif

/// Keeps the work's frame apart from its caller's: a compiler that inlines the work lays both out in one frame, where no address
/// says which part is whose.
template <class Work>
[[gnu::noinline]] void call_apart(Work& work) {
  work();
}

/// Bytes below the frame that makes the call, the call's return address included. The work must not throw. What is called for
/// the first time may be looked up by the dynamic linker on the same stack: callers who do not mean that call it once before.
template <class Work>
std::size_t stack_use_of(Work&& work) {
  struct Call {
    Work& work;
    const std::uint8_t* frame;
  } call{work, nullptr};
  constexpr std::size_t size = std::size_t{1} << 20;
  constexpr std::uint8_t paint = 0xA5;
  const std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(4096, size), &std::free);
  auto* const lowest = static_cast<std::uint8_t*>(memory.get());
  std::fill_n(lowest, size, paint);

  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, lowest, size);
  pthread_t thread;
  const int created = pthread_create(
      &thread, &attributes,
      [](void* argument) -> void* {
        auto* const inside = static_cast<Call*>(argument);
        // The innermost address of this frame: a local variable lies in it.
        volatile std::uint8_t here = 0;
        inside->frame = const_cast<const std::uint8_t*>(&here);
        call_apart(inside->work);
        return nullptr;
      },
      &call);
  pthread_attr_destroy(&attributes);
  if (created != 0) return 0;
  pthread_join(thread, nullptr);
  const auto* const used = std::find_if(lowest, lowest + size, [](std::uint8_t byte) { return byte != paint; });
  return static_cast<std::size_t>(call.frame - used);
}

}  // namespace crbrt::tests
