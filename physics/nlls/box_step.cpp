// SPDX-License-Identifier: Apache-2.0
// An active-set method for at most eight unknowns.
#include "physics/nlls/box_step.h"

#include <Eigen/Cholesky>
#include <array>
#include <cmath>

namespace crbrt::physics {
namespace {

enum class Side : signed char { free, low, high };
using Sides = std::array<Side, n_parameter>;

/// The minimum over the free unknowns while the others stay at their walls.
Vector solve_free(const Square& curvature, const Vector& gradient, const Sides& sides, const Vector& low, const Vector& high) {
  const Eigen::Index n = gradient.size();
  Vector step(n);
  std::array<Eigen::Index, n_parameter> free{};
  Eigen::Index n_free = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const Side side = sides[static_cast<std::size_t>(i)];
    step[i] = side == Side::low ? low[i] : side == Side::high ? high[i] : 0;
    if (side == Side::free) free[static_cast<std::size_t>(n_free++)] = i;
  }
  if (n_free == 0) return step;
  const Vector right = -(gradient + curvature * step);
  Square block(n_free, n_free);
  Vector b(n_free), scale(n_free);
  for (Eigen::Index i = 0; i < n_free; ++i) {
    const Eigen::Index at = free[static_cast<std::size_t>(i)];
    scale[i] = curvature(at, at) > 0 ? 1 / std::sqrt(curvature(at, at)) : 1;
  }
  for (Eigen::Index i = 0; i < n_free; ++i) {
    const Eigen::Index row = free[static_cast<std::size_t>(i)];
    b[i] = right[row] * scale[i];
    for (Eigen::Index j = 0; j < n_free; ++j)
      block(i, j) = curvature(row, free[static_cast<std::size_t>(j)]) * scale[i] * scale[j] + (i == j ? 1e-14 : 0);
  }
  const Vector solved = block.ldlt().solve(b);
  for (Eigen::Index i = 0; i < n_free; ++i) step[free[static_cast<std::size_t>(i)]] = solved[i] * scale[i];
  return step;
}

/// Moves free unknowns that the step carries through a wall to that wall. True when there were any.
bool stop_at_walls(const Vector& step, const Vector& low, const Vector& high, Sides& sides) {
  bool any = false;
  for (Eigen::Index i = 0; i < step.size(); ++i) {
    Side& side = sides[static_cast<std::size_t>(i)];
    if (side != Side::free || (step[i] >= low[i] && step[i] <= high[i])) continue;
    side = step[i] < low[i] ? Side::low : Side::high;
    any = true;
  }
  return any;
}

/// Frees the unknown that gains most by leaving its wall. False when none gains.
bool release_one(const Vector& slope, Sides& sides) {
  Eigen::Index most = -1;
  double gain = 0;
  for (Eigen::Index i = 0; i < slope.size(); ++i) {
    const Side side = sides[static_cast<std::size_t>(i)];
    const double inwards = side == Side::low ? -slope[i] : side == Side::high ? slope[i] : 0;
    if (inwards <= gain) continue;
    gain = inwards;
    most = i;
  }
  if (most < 0) return false;
  sides[static_cast<std::size_t>(most)] = Side::free;
  return true;
}

}  // namespace

Vector box_step(const Square& curvature, const Vector& gradient, const Vector& low, const Vector& high) {
  Sides sides{};
  // Every release lowers the function unless a wall stops it at once; the count only guards against cycles of rounding.
  constexpr int most_rounds = 4 * static_cast<int>(n_parameter);
  Vector step = solve_free(curvature, gradient, sides, low, high);
  for (int round = 0; round < most_rounds; ++round) {
    if (!stop_at_walls(step, low, high, sides) && !release_one(gradient + curvature * step, sides)) break;
    step = solve_free(curvature, gradient, sides, low, high);
  }
  return step.cwiseMax(low).cwiseMin(high);
}

double promised_decrease(const Square& curvature, const Vector& gradient, const Vector& step) {
  return -(gradient.dot(step) + 0.5 * step.dot(curvature * step));
}

}  // namespace crbrt::physics
