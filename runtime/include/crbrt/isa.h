// SPDX-License-Identifier: Apache-2.0
/// Instruction sets by name. The list is `runtime/src/isa/isas.inc`; best_isa() asks the CPU.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/version.h"

namespace crbrt {

/// An instruction set that kernels exist for. A value, once released, never changes.
enum class Isa : std::uint32_t {
  scalar = 0,              ///< no vectors
  sse42 = 1,               ///< x86
  avx2 = 2,                ///< with FMA
  avx512 = 3,              ///< F, CD, BW, DQ, VL
  avx512vnni = 4,          ///< the same and VNNI
  neon = 5,                ///< every AArch64
  neondot = 6,             ///< with the dot product of Armv8.2
  wasm128 = 7,             ///< WebAssembly SIMD
  automatic = 0xffffffffu  ///< best_isa()
};

CRBRT_API const char* name(Isa isa) noexcept;                       ///< "scalar", "sse4.2", "avx2", ..., "auto"
CRBRT_API bool isa_from_name(const char* text, Isa& isa) noexcept;  ///< false when the name is unknown
CRBRT_API bool is_built(Isa isa) noexcept;                          ///< compiled into this library
CRBRT_API bool is_runnable(Isa isa) noexcept;                       ///< built, and this CPU has it
CRBRT_API Isa best_isa() noexcept;                                  ///< the fastest runnable one
CRBRT_API std::size_t isa_count() noexcept;                         ///< how many exist in the list (built or not)
CRBRT_API Isa isa_at(std::size_t index) noexcept;  ///< index < isa_count(); of two that run here, the slower first

}  // namespace crbrt
