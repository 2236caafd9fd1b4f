/// The multiply-adds per second that one core reaches from registers alone: the yardstick of the benchmarks, measured in the
/// same process right before what it is compared with, because clocks differ between machines and change with load.
#pragma once

#include "crbrt/isa.h"

namespace crbrt::bench {

/// Best of several short loops (about 10 ms in all). Needs is_runnable(isa).
double fma_peak_per_second(Isa isa);

}  // namespace crbrt::bench
