// The propagation kernel for AVX2 and FMA.
#include "physics/adjoint-inl.h"
#include "physics/kernel-inl.h"

namespace crbrt::physics::kernel {
namespace {
constexpr Functions functions{maps, signals, derivatives, add_periodic, trace, backward, backward_echo};
}
const Functions& avx2() { return functions; }
}  // namespace crbrt::physics::kernel
