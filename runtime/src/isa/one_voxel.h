// SPDX-License-Identifier: Apache-2.0
/// The vocabulary for a tile of one voxel, whose features lie side by side: that of scalar.h, rounding as the instruction set
/// `Base` does. Kernels that have one lane in it still use the vectors of Base where features can lie in its lanes (dense).
#pragma once

#include "runtime/src/isa/scalar.h"

namespace crbrt {

template <class Base>
struct OneVoxel : scalar::FloatOps<OneVoxel<Base>>, scalar::IntegerOps<OneVoxel<Base>> {
  using Vectors = Base;
  static constexpr std::size_t row_stride = 1;
  static constexpr std::size_t dense_vectors = 1;
  static constexpr std::size_t integer_vectors = 1;
  static constexpr std::size_t preprocess_vectors = 1;

  static float mul_add(float a, float b, float c) noexcept {
    if constexpr (Base::is_fused) return __builtin_fmaf(a, b, c);  // one instruction: a fused Base is compiled for it
    return a * b + c;
  }
};

}  // namespace crbrt
