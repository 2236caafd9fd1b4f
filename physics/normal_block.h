/// Standard normal numbers by the block, for noise on millions of voxels: Box-Muller on counter-based random bits, with the
/// logarithm, sine and cosine taken over whole arrays so that the compiler's and Eigen's SIMD does the work: 250 million take
/// about 2 s on one core. As reproducible as CounterRandom::normal(): a pure function of the generator's state.
///
/// Both uniform numbers have 24 bits, so |value| < 5.9: the cut tail holds 4e-9 of the probability and 1e-7 of the variance.
#pragma once

#include <span>

#include "physics/counter_random.h"

namespace crbrt::physics {

/// Fills `out` with independent N(0, 1) numbers.
void fill_normal(CounterRandom& random, std::span<float> out);

}  // namespace crbrt::physics
