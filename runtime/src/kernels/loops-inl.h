// SPDX-License-Identifier: Apache-2.0
/// Loops of kernels: one that is unrolled before any optimisation, and the one over all vectors of a tile; and x between two
/// bounds.
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

/// A number of a loop as a constant.
template <std::size_t n>
struct Index {
  static constexpr std::size_t value = n;
  constexpr operator std::size_t() const noexcept { return n; }
};

/// body(0), body(1), ... with constants. Arrays of sums that are only indexed so are registers from the start; with plain loops
/// clang 14 unrolls some of them too late and keeps the array on the stack.
template <std::size_t n, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) noexcept {
  if constexpr (n > 0) {
    unrolled<n - 1>(body);
    body(Index<n - 1>());
  }
}

/// body(f, i) for every vector of voxels of every feature f: its floats or words begin at i of a tile with one feature a word.
template <class Ops, class Body>
[[gnu::always_inline]] inline void for_each_vector(std::size_t n_feature, std::size_t n_voxel, const Body& body) noexcept {
  for (std::size_t f = 0; f < n_feature; ++f)
    for (std::size_t v = 0; v < n_voxel; v += Ops::lanes) body(f, f * Ops::row_stride + v);
}

/// By max and select, so that a NaN stays a NaN on every instruction set.
template <class Ops>
typename Ops::Vec clamp(typename Ops::Vec x, typename Ops::Vec low, typename Ops::Vec high) noexcept {
  const auto raised = Ops::max(low, x);  // max gives its second operand where one is NaN
  return Ops::select(raised > high, high, raised);
}

}  // namespace crbrt
