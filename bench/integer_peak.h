/// The integer multiply-adds per second that one core reaches from registers alone, products of 16 and of 8 bits with sums of
/// 32 bits: the yardstick of integer networks, as fma_peak.h is that of float ones.
#pragma once

#include "crbrt/isa.h"

namespace crbrt::bench {

/// Best of several short loops (a few milliseconds in all). Both need is_runnable(isa).
double i16_peak_per_second(Isa isa);
double i8_peak_per_second(Isa isa);

}  // namespace crbrt::bench
