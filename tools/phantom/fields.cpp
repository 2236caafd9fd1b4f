// Shapes are invented; ranges are those of a head at 3 T with TR 3.5 ms, where pi / TR is 143 Hz.
#include "tools/phantom/fields.h"

#include <algorithm>
#include <cmath>

namespace crbrt::phantom {
namespace {

double spot(const Position& p, const Position& centre, double radius) noexcept {
  double distance2 = 0;
  for (std::size_t d = 0; d < 3; ++d) distance2 += (p[d] - centre[d]) * (p[d] - centre[d]);
  return std::exp(-distance2 / (radius * radius));
}

}  // namespace

double omega0_relative(const Position& p) noexcept {
  const double shim = 0.12 * std::sin(2.1 * p[1] + 0.4) + 0.10 * p[0] - 0.08 * p[2] * p[2];
  const double sinus = 0.75 * spot(p, {0.0, 0.80, -0.45}, 0.38);
  const double ears = -0.45 * (spot(p, {0.75, -0.05, -0.65}, 0.30) + spot(p, {-0.75, -0.05, -0.65}, 0.30));
  return std::clamp(shim + sinus + ears, -omega0_limit, omega0_limit);
}

double b1_rel(const Position& p) noexcept {
  const double r2 = p[0] * p[0] + 0.8 * p[1] * p[1] + 0.7 * p[2] * p[2];
  return std::clamp(1.18 - 0.26 * r2 + 0.05 * p[0] * p[1], b1_min_rel, b1_max_rel);
}

std::complex<double> m0(const Position& p) noexcept {
  const double magnitude = 1 - 0.09 * p[1] + 0.05 * std::cos(2 * p[0]) - 0.03 * p[2];
  const double phase = 1.2 + 1.5 * p[0] - 2.2 * p[1] + 0.6 * p[2] * p[2] + 0.9 * p[0] * p[2];
  return std::polar(std::clamp(magnitude, 0.85, 1.15), phase);
}

}  // namespace crbrt::phantom
