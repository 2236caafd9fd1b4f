// All kernels for one instruction set. No other file of the library is compiled with its flags (cmake/crbrt_kernels.cmake).
#include "runtime/src/isa/kernels-inl.h"
#include "runtime/src/isa/wasm128.h"

namespace crbrt::wasm128 {

extern const KernelTable kernels;
const KernelTable kernels = kernels_over<Ops>;

}  // namespace crbrt::wasm128
