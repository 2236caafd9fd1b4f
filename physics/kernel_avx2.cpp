// The propagation kernel for AVX2 and FMA.
#include "physics/kernel-inl.h"

namespace crbrt::physics::kernel {
const Functions& avx2() { return functions; }
}  // namespace crbrt::physics::kernel
