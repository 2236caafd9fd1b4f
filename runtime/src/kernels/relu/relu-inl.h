/// The algorithm of relu.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/relu/relu.h"

namespace crbrt {

template <class Ops>
void relu(const ReluArgs& a) noexcept {
  for (std::size_t f = 0; f < a.n_feature; ++f)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::size_t i = f * layout::tile_voxels + v;
      Ops::store(a.out + i, Ops::max(Ops::load(a.in + i), Ops::broadcast(0)));
    }
}

}  // namespace crbrt
