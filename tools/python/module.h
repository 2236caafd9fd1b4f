// SPDX-License-Identifier: Apache-2.0
/// The parts of the Python module, and what they share.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <optional>

#include "physics/basis.h"

namespace crbrt::python {

void add_model(pybind11::module_& module);
void add_physics(pybind11::module_& module);
void add_fit(pybind11::module_& module);

/// Throws ValueError for a sigma that the runtime does not take (map::is_noise), and for no thread at all.
void expect_usable(const std::optional<double>& sigma, std::size_t threads);

/// float64, or complex128 where it is complex; [n_frame, n_coeff].
pybind11::array to_numpy(const physics::Basis& basis);

}  // namespace crbrt::python
