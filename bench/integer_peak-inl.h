/// Independent chains of integer multiply-adds that never leave the registers. What one step computes is the instruction set's
/// best way of doing products of 16 or 8 bits with sums of 32 bits (struct IntegerOps in integer_peak_loop.cpp).
#pragma once

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
/// fma_peak-inl.h; where only the sum depends on the chain, 6 do.
template <class Ops, std::size_t products, auto step>
std::size_t integer_multiply_adds(std::size_t rounds, std::int32_t* sink) {
  *sink = start_chains<Ops, step>(rounds, *sink, std::make_index_sequence<Ops::chains>());
  return rounds * Ops::chains * products;
}

}  // namespace crbrt::bench
