/// The algorithm of relu.h over the vocabulary of an instruction set.
#pragma once

#include "runtime/src/kernels/elementwise-inl.h"
#include "runtime/src/kernels/relu/relu.h"

namespace crbrt {

template <class Ops>
void relu(const ReluArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t, std::size_t i) __attribute__((always_inline)) {
        Ops::store(a.out + i, Ops::max(Ops::load(a.in + i), Ops::broadcast(0)));
      });
}

}  // namespace crbrt
