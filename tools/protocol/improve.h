/// Improves a shape by L-BFGS (Ceres) on its spline coefficients; limits hold by construction.
#pragma once

#include <cstdint>

#include "tools/protocol/brain_precision.h"
#include "tools/protocol/shape.h"

namespace crbrt::protocol {

/// Number `index` of the random shapes of `seed`, with as many coefficients as `like`: a place to start from. Three to six
/// lobes of flip angles over a floor, durations anywhere.
Shape random_shape(const Shape& like, const Limits& limits, std::uint64_t seed, std::uint64_t index);

struct Improvement {
  Shape shape;
  double cost_before = 0, cost_after = 0;
  int iterations = 0;
};

/// Runs until `max_seconds` or convergence. `threads` take turns on the finite differences.
Improvement improve(const Shape& start, const Limits& limits, const BrainPrecision& precision, double time_weight,
                    double max_seconds, unsigned threads);

}  // namespace crbrt::protocol
