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

}  // namespace crbrt
