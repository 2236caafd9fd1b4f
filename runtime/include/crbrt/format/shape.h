/// The shapes of a program's ops as one constant: what generated code hands to the compiler, so that no loop of a specialised
/// network has a bound that is only known at run time. Tables stay where they are, in the Program.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"

namespace crbrt {

/// One op. Slots are given as the words of a voxel that lie before them in the arena.
struct OpShape {
  OpKind kind;
  std::uint32_t n_in, n_out;
  std::uint32_t in_word, out_word;
  std::int32_t add_word;  ///< -1: nothing is added
  std::uint32_t relu;
  std::uint32_t n_group;
  Number out;
};

/// A structural type: it can be a template argument.
template <std::size_t n_op>
struct NetworkShape {
  OpShape op[n_op];
  std::uint32_t n_output;
};

/// Ops from here on compute outputs only, where nobody asks for the features after them: the last, and what makes its sums.
template <std::size_t n_op>
constexpr std::size_t first_last_op(const NetworkShape<n_op>& shape) noexcept {
  return n_op - (shape.op[n_op - 1].kind == OpKind::dequantize && n_op > 1 ? 2 : 1);
}

}  // namespace crbrt
