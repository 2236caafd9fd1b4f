/// A loop that is unrolled before any optimisation: body(0), body(1), ... with constants. Arrays of sums that are only indexed
/// so are registers from the start; with plain loops clang 14 unrolls some of them too late and keeps the array on the stack.
#pragma once

#include <cstddef>

namespace crbrt {

template <std::size_t n>
struct Index {
  static constexpr std::size_t value = n;
  constexpr operator std::size_t() const noexcept { return n; }
};

template <std::size_t n, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) noexcept {
  if constexpr (n > 0) {
    unrolled<n - 1>(body);
    body(Index<n - 1>());
  }
}

}  // namespace crbrt
