// SPDX-License-Identifier: Apache-2.0
/// Numbers in another unit than a file of tissues or a prior has. They are valid numbers, and what is computed from them looks
/// like a result: T1 = 1800 s instead of 1800 ms.
#pragma once

#include <string>

#include "physics/quantity.h"

namespace crbrt::physics {

/// "t1_free_s from 0.01 to 100 s"
std::string plausible_range(const Quantity& quantity);

/// Empty for a value that some tissue has; else the value and what it may be: "1800 (ms instead of s?)".
std::string why_implausible(const Quantity& quantity, double value);

}  // namespace crbrt::physics
