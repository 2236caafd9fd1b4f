/// Where a search begins: random shapes, or the shape closest to a given train.
#pragma once

#include <cstdint>

#include "tools/design/problem.h"
#include "tools/design/shape.h"

namespace crbrt::design {

/// Number `index` of the random shapes of `seed`: three to six lobes of flip angles over a floor, durations anywhere.
Shape random_shape(const Problem& problem, std::uint64_t seed, std::uint64_t index);

/// Least-squares splines through the balanced pulses of the first cycle, cut to the limits. Durations that the peak of B1
/// forces are forced again by the formula. Throws base::Error for another number of pulses or repetition time.
Shape fitted_shape(const Problem& problem, const physics::Sequence& sequence);

/// The same curves with the problem's numbers of coefficients. Throws as fitted_shape.
Shape resampled_shape(const Problem& problem, const Shape& shape);

}  // namespace crbrt::design
