// SPDX-License-Identifier: Apache-2.0
// Which instruction sets this CPU runs. An instruction set counts only if every feature its compiler flags allow is there,
// and, for AVX, if the operating system saves the wide registers.
#include "runtime/src/isa_detect.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace crbrt {

namespace {

constexpr std::uint32_t bit(int index) { return std::uint32_t{1} << index; }

// -msse4.2 lets the compiler use all of its predecessors and popcnt.
constexpr std::uint32_t leaf1_sse42 =
    bit(0) /*sse3*/ | bit(9) /*ssse3*/ | bit(19) /*sse4.1*/ | bit(20) /*sse4.2*/ | bit(23) /*popcnt*/;
constexpr std::uint32_t leaf1_osxsave = bit(27);
constexpr std::uint32_t leaf1_avx2 = leaf1_sse42 | bit(12) /*fma*/ | leaf1_osxsave | bit(28) /*avx*/;
constexpr std::uint32_t leaf7_avx2 = bit(5);
constexpr std::uint32_t xcr0_avx = bit(1) /*xmm*/ | bit(2) /*ymm*/;

// clang's -mavx512f lets it use f16c, too.
constexpr std::uint32_t leaf1_avx512 = leaf1_avx2 | bit(29) /*f16c*/;
constexpr std::uint32_t leaf7_avx512 =
    leaf7_avx2 | bit(16) /*f*/ | bit(17) /*dq*/ | bit(28) /*cd*/ | bit(30) /*bw*/ | bit(31) /*vl*/;
constexpr std::uint32_t xcr0_avx512 = xcr0_avx | bit(5) /*opmask*/ | bit(6) /*zmm0-15, upper half*/ | bit(7) /*zmm16-31*/;
constexpr std::uint32_t leaf7_ecx_vnni = bit(11);

// Fields of four bits in ID_AA64ISAR0_EL1, each 0 without the feature: the dot product, and what programs may use of Armv8.1.
constexpr int isar0_fields[] = {16 /*crc32*/, 20 /*atomics*/, 28 /*rdm*/, 44 /*dot product*/};

bool has_dot_product(std::uint64_t isar0) {
  for (const int field : isar0_fields)
    if ((isar0 >> field & 0xf) == 0) return false;
  return true;
}

constexpr bool has_all(std::uint32_t word, std::uint32_t bits) { return (word & bits) == bits; }

}  // namespace

bool supports(const CpuWords& words, Isa isa) noexcept {
  switch (isa) {
    case Isa::scalar: return true;
    case Isa::sse42: return has_all(words.leaf1_ecx, leaf1_sse42);
    case Isa::avx2:
      return has_all(words.leaf1_ecx, leaf1_avx2) && has_all(words.leaf7_ebx, leaf7_avx2) && has_all(words.xcr0, xcr0_avx);
    case Isa::avx512:
      return has_all(words.leaf1_ecx, leaf1_avx512) && has_all(words.leaf7_ebx, leaf7_avx512) &&
             has_all(words.xcr0, xcr0_avx512);
    case Isa::avx512vnni: return supports(words, Isa::avx512) && has_all(words.leaf7_ecx, leaf7_ecx_vnni);
    case Isa::neon: return words.is_aarch64;
    case Isa::neondot: return words.is_aarch64 && has_dot_product(words.isar0);
    case Isa::wasm128: return words.is_wasm;
    case Isa::automatic: break;
  }
  return false;
}

CpuWords cpu_words() noexcept {
  CpuWords words;
#if defined(__x86_64__)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0) words.leaf1_ecx = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0) words.leaf7_ebx = ebx, words.leaf7_ecx = ecx;
  if (has_all(words.leaf1_ecx, leaf1_osxsave)) {
    // xgetbv as an instruction: the intrinsic would need -mxsave, which this file must not be compiled with.
    std::uint32_t low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    words.xcr0 = low;
  }
#elif defined(__aarch64__)
  words.is_aarch64 = true;
#if defined(__linux__)
  // Linux answers this instruction since 4.11, and with zeros for whatever it does not know. getauxval() would say the same,
  // but the library needs nothing of the C library but its memory functions. Elsewhere it may be an illegal instruction.
  __asm__("mrs %0, ID_AA64ISAR0_EL1" : "=r"(words.isar0));
#endif
#elif defined(__wasm__)
  words.is_wasm = true;  // an engine without SIMD refuses the whole module
#endif
  return words;
}

bool is_runnable(Isa isa) noexcept { return is_built(isa) && supports(cpu_words(), isa); }

}  // namespace crbrt
