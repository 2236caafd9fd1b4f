/// The algorithm of affine.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/affine/affine.h"

namespace crbrt {

template <class Ops>
void affine(const AffineArgs& a) noexcept {
  for (std::size_t f = 0; f < a.n_feature; ++f)
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const std::size_t i = f * layout::tile_voxels + v;
      auto y = Ops::mul_add(Ops::broadcast(a.scale[f]), Ops::load(a.in + i), Ops::broadcast(a.shift[f]));
      if (a.relu) y = Ops::max(y, Ops::broadcast(0));
      Ops::store(a.out + i, y);
    }
}

}  // namespace crbrt
