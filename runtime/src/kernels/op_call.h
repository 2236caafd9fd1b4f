// SPDX-License-Identifier: Apache-2.0
/// What every op's contract is about. Its struct of arguments has
///
///   static Args of(const OpCall&)      the arguments of one op on one tile
///   static bool fits(const Op&)        has the op what its kernel takes? Session::bind asks; slots, extents and numbers that
///   go
///                                      in and out are checked already, those of its row of ops.inc
///
/// OpCall: one op on one tile, as whoever runs a program hands it to Args::of() of a kernel: the interpreter (run_ops.cpp) from
/// the Op, a specialised network (kernels/network-inl.h) with shapes that are constants, the tests from either.
#pragma once

#include <cfloat>
#include <cstddef>

#include "crbrt/format/program.h"
#include "runtime/src/program_check.h"

namespace crbrt {

constexpr bool is_finite(float x) noexcept { return x >= -FLT_MAX && x <= FLT_MAX; }

struct OpCall {
  const Op& op;      ///< read for its tables and float constants only
  float* in;         ///< tile of the op's input
  float* out;        ///< tile of its output
  const float* add;  ///< tile of what is added, or null
  std::size_t n_in;
  std::size_t n_out;  ///< below op.n_out where only the first features are wanted
  std::size_t n_group;
  Number number;  ///< of what it writes
  bool relu;
  std::size_t n_voxel;   ///< voxels of the tile that matter; what the others get is not said
  std::size_t n_packed;  ///< outputs that dense's tables are packed for: n_out, or more where only the first are wanted
};

}  // namespace crbrt
