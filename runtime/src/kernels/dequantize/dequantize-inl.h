/// The algorithm of dequantize.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/dequantize/dequantize.h"

namespace crbrt {

template <class Ops>
void dequantize(const DequantizeArgs& a) noexcept {
  for (std::size_t j = 0; j < a.n; ++j)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::size_t i = j * layout::tile_voxels + v;
      const auto sum = Ops::load_words(static_cast<const std::uint32_t*>(a.in) + i);
      const typename Ops::Vec y = Ops::to_float(sum);
      Ops::store(a.out + i, y * Ops::broadcast(a.scale[j]));
    }
}

}  // namespace crbrt
