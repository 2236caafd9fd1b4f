// SPDX-License-Identifier: Apache-2.0
// dense.h in plain loops: normative. Sums of integers are made in 64 bits and saturate at 32, so that a sum that leaves 32
// bits, where kernels wrap, is seen by the tests.
#include <algorithm>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

void dense_ref(MulAdd kind, const DenseArgs& a) noexcept {
  for (std::size_t v = 0; v < layout::tile_voxels; ++v)
    for (std::size_t j = 0; j < a.n_out; ++j) {
      float y = a.bias[j];
      for (std::size_t k = 0; k < a.n_in; ++k)
        y = mul_add_ref(kind, a.weights[layout::packed_index(a.n_in, a.n_packed, j, k)], a.in[k * layout::tile_voxels + v], y);
      if (a.add != nullptr) y += a.add[j * layout::tile_voxels + v];
      if (a.relu) y = y > 0 ? y : 0;
      a.out[j * layout::tile_voxels + v] = y;
    }
}

namespace {

template <class Weight>
void dense_integer_ref(const DenseIntegerArgs& a, Number input, const Weight* weights) noexcept {
  const IntegerTile in{const_cast<void*>(a.in), input}, out{a.out, a.number}, add{const_cast<void*>(a.add), Number::s16};
  for (std::size_t v = 0; v < a.n_voxel; ++v)
    for (std::size_t j = 0; j < a.n_out; ++j) {
      std::int64_t acc = a.tables->bias[j];
      for (std::size_t k = 0; k < a.n_in; ++k)
        acc += std::int64_t{weights[layout::packed_index(input, a.n_in, j, k)]} * in.get(k, v);
      const std::int32_t skip = a.add != nullptr ? add.get(j, v) : 0;
      out.set(j, v,
              finish_ref(static_cast<std::int32_t>(std::clamp<std::int64_t>(acc, INT32_MIN, INT32_MAX)), *a.tables, j, a.number,
                         a.relu, skip));
    }
}

}  // namespace

void dense_u8_ref(MulAdd, const DenseIntegerArgs& a) noexcept { dense_integer_ref(a, Number::u8, a.tables->weights_s8); }
void dense_s16_ref(MulAdd, const DenseIntegerArgs& a) noexcept { dense_integer_ref(a, Number::s16, a.tables->weights_s16); }

}  // namespace crbrt
