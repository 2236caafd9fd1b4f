// SPDX-License-Identifier: Apache-2.0
/// The shapes of a program's ops as one constant: what generated code hands to the compiler, so that no loop of a specialised
/// network has a bound that is only known at run time. Tables stay where they are, in the Program.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"

namespace crbrt {

/// One op. Slots are given as the words of a voxel that lie before them in the arena.
struct OpShape {
  OpKind kind;             ///< the operation
  std::uint32_t n_in;      ///< features read
  std::uint32_t n_out;     ///< features written
  std::uint32_t in_word;   ///< words of a voxel before the features read
  std::uint32_t out_word;  ///< words of a voxel before the features written
  std::int32_t add_word;   ///< -1: nothing is added
  std::uint32_t relu;      ///< 0 or 1
  std::uint32_t n_group;   ///< of a group normalisation, else 0
  Number out;              ///< what is written
};

/// A structural type: it can be a template argument.
template <std::size_t n_op>
struct NetworkShape {
  OpShape op[n_op];        ///< in the order in which they run
  std::uint32_t n_output;  ///< estimates of a voxel
};

}  // namespace crbrt
