// SPDX-License-Identifier: Apache-2.0
// Times the loops of fma_peak_loop.cpp and integer_peak_loop.cpp on the instruction set asked for.
#include "bench/peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "runtime/src/isa_where.h"

namespace crbrt {

#define CRBRT_ISA(isa, text, where)                                 \
  namespace isa {                                                   \
  std::size_t multiply_adds(std::size_t rounds, float* sink);       \
  std::size_t products_i16(std::size_t rounds, std::int32_t* sink); \
  std::size_t products_i8(std::size_t rounds, std::int32_t* sink);  \
  }
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA

namespace bench {
namespace {

struct Loops {
  std::size_t (*fma)(std::size_t rounds, float* sink);
  std::size_t (*i16)(std::size_t rounds, std::int32_t* sink);
  std::size_t (*i8)(std::size_t rounds, std::int32_t* sink);
};

const Loops& loops_of(Isa isa) {
  static constexpr Loops loops[] = {
#define CRBRT_ISA(isa, text, where) {where(isa::multiply_adds), where(isa::products_i16), where(isa::products_i8)},
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA
  };
  return loops[static_cast<std::size_t>(isa)];
}

template <class Number>
double best_rate(std::size_t (*loop)(std::size_t, Number*), std::size_t rounds, int n_repeat) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  Number sink = 0;
  for (int repeat = 0; repeat < n_repeat; ++repeat) {
    const auto start = Clock::now();
    const std::size_t done = loop(rounds, &sink);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(done) / seconds);
  }
  return best;
}

}  // namespace

double fma_peak_per_second(Isa isa) { return best_rate(loops_of(isa).fma, 200000, 10); }
double i16_peak_per_second(Isa isa) { return best_rate(loops_of(isa).i16, 100000, 5); }
double i8_peak_per_second(Isa isa) { return best_rate(loops_of(isa).i8, 100000, 5); }

}  // namespace bench
}  // namespace crbrt
