// SPDX-License-Identifier: Apache-2.0
/// The minimum of a convex quadratic function inside a box: the step of a fit whose parameters have bounds. A parameter that
/// the step would carry through its wall stops there, and the others are solved again for that, so that the curvature between
/// them is kept; steps that are computed as if there were no walls and cut afterwards creep along them.
#pragma once

#include <Eigen/Core>

#include "physics/tissue.h"

namespace crbrt::physics {

// Of the unknowns of a fit, without heap.
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, static_cast<int>(n_parameter), 1>;
using Square =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, static_cast<int>(n_parameter), static_cast<int>(n_parameter)>;

/// argmin of gradient^T s + s^T curvature s / 2 over low <= s <= high, with low <= 0 <= high. curvature is symmetric and
/// positive definite (a singular one is damped by 1e-14 of its diagonal).
Vector box_step(const Square& curvature, const Vector& gradient, const Vector& low, const Vector& high);

/// The decrease that the quadratic function promises for a step: -(gradient^T s + s^T curvature s / 2).
double promised_decrease(const Square& curvature, const Vector& gradient, const Vector& step);

}  // namespace crbrt::physics
