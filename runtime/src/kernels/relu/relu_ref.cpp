// SPDX-License-Identifier: Apache-2.0
// relu.h in plain loops: normative.
#include "runtime/src/kernels/reference.h"

namespace crbrt {

void relu_ref(MulAdd, const ReluArgs& a) noexcept {
  for (std::size_t i = 0; i < a.n_feature * layout::tile_voxels; ++i) a.out[i] = a.in[i] > 0 ? a.in[i] : 0;
}

}  // namespace crbrt
