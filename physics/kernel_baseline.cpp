// The propagation kernel for the compiler's default instruction set.
#include "physics/kernel-inl.h"

namespace crbrt::physics::kernel {
const Functions& baseline() { return functions; }
}  // namespace crbrt::physics::kernel
