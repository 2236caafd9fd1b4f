// Times the loop of fma_peak-inl.h on the instruction set asked for.
#include "bench/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "runtime/src/isa_where.h"

namespace crbrt {

#define CRBRT_ISA(isa, text, where)                           \
  namespace isa {                                             \
  std::size_t multiply_adds(std::size_t rounds, float* sink); \
  }
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA

namespace bench {
namespace {

using Loop = std::size_t(std::size_t, float*);

Loop* loop_of(Isa isa) {
  static constexpr Loop* loops[] = {
#define CRBRT_ISA(isa, text, where) where(isa::multiply_adds),
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA
  };
  return loops[static_cast<std::size_t>(isa)];
}

}  // namespace

double fma_peak_per_second(Isa isa) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  float sink = 0;
  for (int repeat = 0; repeat < 10; ++repeat) {
    const auto start = Clock::now();
    const std::size_t done = loop_of(isa)(200000, &sink);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(done) / seconds);
  }
  return best;
}

}  // namespace bench
}  // namespace crbrt
