/// WebAssembly SIMD: four voxels per vector. It has no fused multiply-add (only the later relaxed SIMD does, and leaves the
/// rounding open), so its results equal those of scalar.h bit for bit.
#pragma once

#include <wasm_simd128.h>

#include "runtime/src/isa/fixed_wasm128.h"
#include "runtime/src/isa/vector128.h"

namespace crbrt::wasm128 {

struct Ops : Vector128Ops<Ops>, FixedOps {
  static constexpr std::size_t dense_vectors = 2;  ///< 8 accumulators: engines run this on x86's 16 registers, too
  static constexpr std::size_t preprocess_vectors = 2;
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return a * b + c; }
  static Vec sqrt(Vec x) noexcept { return bit_cast<Vec>(wasm_f32x4_sqrt(bit_cast<v128_t>(x))); }
  static std::uint32_t bits(Mask mask) noexcept { return wasm_i32x4_bitmask(bit_cast<v128_t>(mask)); }
};

}  // namespace crbrt::wasm128
