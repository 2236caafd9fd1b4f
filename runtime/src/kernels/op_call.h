/// One op on one tile, as whoever runs a program hands it to Args::of() of a kernel: the interpreter (run_ops.cpp) from the Op,
/// a specialised network (kernels/network-inl.h) with shapes that are constants, the tests from either.
#pragma once

#include <cstddef>

#include "crbrt/format/program.h"

namespace crbrt {

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
  std::size_t n_voxel;  ///< voxels of the tile that matter; what the others get is not said
};

}  // namespace crbrt
