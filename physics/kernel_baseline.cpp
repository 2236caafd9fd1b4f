// The propagation kernel for the compiler's default instruction set.
#include "physics/adjoint-inl.h"
#include "physics/kernel-inl.h"

namespace crbrt::physics::kernel {
namespace {
constexpr Functions functions{maps, signals, derivatives, add_periodic, trace, backward, backward_echo};
}
const Functions& baseline() { return functions; }
}  // namespace crbrt::physics::kernel
