// SPDX-License-Identifier: Apache-2.0
/// What simulations and fits of the Python module take in the same way.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>

#include "physics/basis.h"
#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::python {

/// "apparent" or "separate"; throws ValueError.
physics::T1Model t1_model_of(const std::string& text);

/// None: none. A string: the file (as --basis). Otherwise an array [n_frame, n_coeff] with orthonormal columns, real or
/// complex; throws ValueError.
std::optional<physics::Basis> basis_of(const pybind11::object& basis, const physics::Sequence& sequence);

}  // namespace crbrt::python
