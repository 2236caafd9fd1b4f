/// The algorithm of relu.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/relu/relu.h"

namespace crbrt {

template <class Ops>
void relu(const ReluArgs& a) noexcept {
  for (std::size_t i = 0; i < a.n_feature * layout::tile_voxels; i += Ops::lanes)
    Ops::store(a.out + i, Ops::max(Ops::load(a.in + i), Ops::broadcast(0)));
}

}  // namespace crbrt
