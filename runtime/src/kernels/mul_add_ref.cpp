// The rounding of a * b + c, which instruction set has which, and nothing else.
#include <cmath>

#include "runtime/src/kernels/reference.h"

namespace crbrt {

MulAdd mul_add_of(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx2:
    case Isa::avx512:
    case Isa::avx512vnni:
    case Isa::neon:
    case Isa::neondot: return MulAdd::fused;
    default: return MulAdd::rounded_twice;
  }
}

float mul_add_ref(MulAdd kind, float a, float b, float c) noexcept {
  return kind == MulAdd::fused ? std::fma(a, b, c) : a * b + c;
}

}  // namespace crbrt
