// SPDX-License-Identifier: Apache-2.0
// The multiply-add loop of one instruction set: compiled once for each, with CRBRT_ISA and CRBRT_ISA_HEADER defined.
#include CRBRT_ISA_HEADER

#include <cstddef>

namespace crbrt::bench {

/// 12 vectors in flight hide the latency of a fused multiply-add (4 cycles, 2 per cycle) and nearly that of a product and a
/// sum. Scalar code gets 48 chains, so that a compiler that packs them four by four has 12 vectors, too.
template <class Ops>
std::size_t multiply_adds(std::size_t rounds, float* sink) {
  constexpr std::size_t n_chain = Ops::lanes == 1 ? 48 : 12;
  typename Ops::Vec chain[n_chain];
  for (std::size_t c = 0; c < n_chain; ++c) chain[c] = Ops::broadcast(*sink + static_cast<float>(c));
  const auto factor = Ops::broadcast(0.5f), term = Ops::broadcast(0.25f);  // converges: no denormals, no overflow
  for (std::size_t r = 0; r < rounds; ++r)
#pragma GCC unroll 48
    for (std::size_t c = 0; c < n_chain; ++c) chain[c] = Ops::mul_add(chain[c], factor, term);
  auto sum = Ops::broadcast(0);
  for (std::size_t c = 0; c < n_chain; ++c) sum = sum + chain[c];
  alignas(64) float lanes[Ops::lanes];
  Ops::store(lanes, sum);
  *sink = lanes[0];
  return rounds * n_chain * Ops::lanes;
}

}  // namespace crbrt::bench

namespace crbrt::CRBRT_ISA {

std::size_t multiply_adds(std::size_t rounds, float* sink);
std::size_t multiply_adds(std::size_t rounds, float* sink) { return bench::multiply_adds<Ops>(rounds, sink); }

}  // namespace crbrt::CRBRT_ISA
