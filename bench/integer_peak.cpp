// Times the loops of integer_peak-inl.h on the instruction set asked for.
#include "bench/integer_peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "runtime/src/isa_where.h"

namespace crbrt {

#define CRBRT_ISA(isa, text, where)                                 \
  namespace isa {                                                   \
  std::size_t products_i16(std::size_t rounds, std::int32_t* sink); \
  std::size_t products_i8(std::size_t rounds, std::int32_t* sink);  \
  }
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA

namespace bench {
namespace {

using Loop = std::size_t(std::size_t, std::int32_t*);

struct Loops {
  Loop *i16, *i8;
};

const Loops& loops_of(Isa isa) {
  static constexpr Loops loops[] = {
#define CRBRT_ISA(isa, text, where) {where(isa::products_i16), where(isa::products_i8)},
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA
  };
  return loops[static_cast<std::size_t>(isa)];
}

double best_rate(Loop* loop) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  std::int32_t sink = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    const std::size_t done = loop(100000, &sink);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(done) / seconds);
  }
  return best;
}

}  // namespace

double i16_peak_per_second(Isa isa) { return best_rate(loops_of(isa).i16); }
double i8_peak_per_second(Isa isa) { return best_rate(loops_of(isa).i8); }

}  // namespace bench
}  // namespace crbrt
