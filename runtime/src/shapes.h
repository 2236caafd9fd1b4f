/// Whether a call of Session::run makes sense: extents, strides, and what the program can give.
#pragma once

#include "crbrt/session.h"

namespace crbrt {

inline bool wants_standard_deviations(const Results& results) noexcept { return results.standard_deviations.rows != 0; }
inline bool wants_atypicality(const Results& results) noexcept { return results.atypicality.size != 0; }
inline bool wants_status(const Results& results) noexcept { return results.status.size != 0; }

/// False where run() and preprocess() must say bad_shape.
bool shapes_agree(const Program& program, const Coefficients& in, const Results& out) noexcept;
bool shapes_agree(const Program& program, const Coefficients& in, const View2<float>& features) noexcept;

}  // namespace crbrt
