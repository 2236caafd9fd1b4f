// The rounding of a * b + c, which instruction set has which, and nothing else.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

MulAdd mul_add_of(Isa isa) noexcept { return isa == Isa::avx2 ? MulAdd::fused : MulAdd::rounded_twice; }

float mul_add_ref(MulAdd kind, float a, float b, float c) noexcept {
  return kind == MulAdd::fused ? std::fma(a, b, c) : a * b + c;
}

}  // namespace crbrt
