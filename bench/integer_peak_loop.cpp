// SPDX-License-Identifier: Apache-2.0
// The integer loops of one instruction set, with its best way of doing products of 16 and of 8 bits: compiled once for each,
// with CRBRT_ISA, CRBRT_ISA_HEADER and CRBRT_PEAK_<isa> defined.
#include CRBRT_ISA_HEADER

#include <cstddef>
#include <cstdint>
#include <utility>

namespace crbrt::bench {

/// The chains are parameters, not an array, which GCC 12 would keep in memory. An empty assembler line (Ops::forget) makes `a`
/// unknown to the compiler before each step; it would otherwise compute the product once for all chains and rounds.
template <class Ops, auto step, class... Vec>
std::int32_t run_chains(std::size_t rounds, Vec... chain) {
  auto a = Ops::broadcast(0x01010101), b = Ops::broadcast(0x01020102);
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rounds; ++r) ((Ops::forget(a), chain = step(chain, a, b)), ...);
  auto sum = Ops::broadcast(0);
  ((sum = Ops::add(sum, chain)), ...);
  std::int32_t first;
  __builtin_memcpy(&first, &sum, sizeof first);
  return first;
}

template <class Ops, auto step, std::size_t... index>
std::int32_t start_chains(std::size_t rounds, std::int32_t start, std::index_sequence<index...>) {
  return run_chains<Ops, step>(rounds, Ops::broadcast(start + static_cast<std::int32_t>(index))...);
}

/// `step(acc, a, b)` does `products` multiply-adds. Where product and sum are one instruction, 12 chains hide its latency as in
/// fma_peak_loop.cpp; where only the sum depends on the chain, 6 do.
template <class Ops, std::size_t products, auto step>
std::size_t integer_multiply_adds(std::size_t rounds, std::int32_t* sink) {
  *sink = start_chains<Ops, step>(rounds, *sink, std::make_index_sequence<Ops::chains>());
  return rounds * Ops::chains * products;
}

}  // namespace crbrt::bench

namespace crbrt::CRBRT_ISA {
namespace {

/// A vector of words, as the runtime's kernels have it; n_word of them.
struct Words {
  using Vec = Ops::Int;
  static constexpr std::size_t n_word = sizeof(Vec) / sizeof(std::int32_t);
  static Vec broadcast(std::int32_t x) { return Ops::broadcast_int(x); }
  static Vec add(Vec a, Vec b) { return Ops::add_words(a, b); }
};

#if defined(CRBRT_PEAK_scalar)

/// Products one by one, as the compiler likes.
struct PeakOps : Words {
  static constexpr std::size_t chains = 6, products_i16 = n_word, products_i8 = n_word;
  static void forget(Vec& x) { asm volatile("" : "+r"(x)); }
  /// Sums wrap around: unsigned arithmetic.
  static Vec add(Vec a, Vec b) { return static_cast<Vec>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b)); }
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, static_cast<std::int16_t>(a) * static_cast<std::int16_t>(b)); }
  static Vec step_i8(Vec acc, Vec a, Vec b) { return add(acc, static_cast<std::uint8_t>(a) * static_cast<std::int8_t>(b)); }
};

#elif defined(CRBRT_PEAK_avx512vnni)

struct PeakOps : Words {
  static constexpr std::size_t chains = 12, products_i16 = 2 * n_word, products_i8 = 4 * n_word;
  static void forget(Vec& x) { asm volatile("" : "+v"(x)); }

  /// Pairs of s16 x s16 and the sum in one instruction.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return _mm512_dpwssd_epi32(acc, a, b); }

  /// Four of u8 x s8 and the sum in one instruction.
  static Vec step_i8(Vec acc, Vec a, Vec b) { return _mm512_dpbusd_epi32(acc, a, b); }
};

#elif defined(__x86_64__)

struct PeakOps : Words {
  using Instructions = IntegerInstructions;
  static constexpr std::size_t chains = 6, products_i16 = 2 * n_word, products_i8 = 8 * n_word;
  static void forget(Vec& x) { asm volatile("" : "+v"(x)); }

  /// Pairs of s16 x s16 summed to 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, Instructions::madd_16(a, b)); }

  /// Pairs of u8 x s8 in 16 bits, two of these added (which bounded weights allow), pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const Vec pairs = Instructions::maddubs(a, b), more = Instructions::maddubs(b, a);
    return add(acc, Instructions::madd_16(Instructions::add_16(pairs, more), broadcast(0x00010001)));
  }
};

#elif defined(__aarch64__)

struct PeakOps : Words {
  static constexpr std::size_t chains = 12, products_i16 = 2 * n_word, products_i8 = 4 * n_word;
  static void forget(Vec& x) { asm volatile("" : "+w"(x)); }

  /// Low and high halves of s16 x s16 with sums of 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) {
    const int16x8_t x = vreinterpretq_s16_s32(a), y = vreinterpretq_s16_s32(b);
    return vmlal_high_s16(vmlal_s16(acc, vget_low_s16(x), vget_low_s16(y)), x, y);
  }

  /// Four of s8 x s8 and the sum in one instruction; without it two are added in 16 bits (which bounded weights allow), then
  /// pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const int8x16_t x = vreinterpretq_s8_s32(a), y = vreinterpretq_s8_s32(b);
#if defined(CRBRT_PEAK_neondot)
    return vdotq_s32(acc, x, y);
#else
    return vpadalq_s16(acc, vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(y)), x, y));
#endif
  }
};

#elif defined(CRBRT_PEAK_wasm128)

struct PeakOps : Words {
  static constexpr std::size_t chains = 6, products_i16 = 2 * n_word, products_i8 = 4 * n_word;
  static void forget(Vec& x) { asm volatile("" : "+r"(x)); }

  /// Pairs of s16 x s16 summed to 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, wasm_i32x4_dot_i16x8(a, b)); }

  /// Two of s8 x s8 added in 16 bits (which bounded weights allow), pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const Vec pairs = wasm_i16x8_add(wasm_i16x8_extmul_low_i8x16(a, b), wasm_i16x8_extmul_high_i8x16(a, b));
    return add(acc, wasm_i32x4_extadd_pairwise_i16x8(pairs));
  }
};

#endif

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<PeakOps, PeakOps::products_i16, PeakOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<PeakOps, PeakOps::products_i8, PeakOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::CRBRT_ISA
