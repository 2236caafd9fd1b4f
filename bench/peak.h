// SPDX-License-Identifier: Apache-2.0
/// The multiply-adds per second that one core reaches from registers alone: the yardstick of the benchmarks, measured in the
/// same process right before what it is compared with, because clocks differ between machines and change with load.
#pragma once

#include "crbrt/isa.h"

namespace crbrt::bench {

/// Float multiply-adds: best of several short loops (about 10 ms in all). Needs is_runnable(isa).
double fma_peak_per_second(Isa isa);

/// Products of 16 and of 8 bits with sums of 32 bits, the yardstick of integer networks: best of several short loops (a few
/// milliseconds in all). Both need is_runnable(isa).
double i16_peak_per_second(Isa isa);
double i8_peak_per_second(Isa isa);

}  // namespace crbrt::bench
