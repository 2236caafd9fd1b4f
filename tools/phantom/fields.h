/// The smooth fields of the digital brain as functions of position in its bounding box ([-1, 1] each).
#pragma once

#include <array>
#include <complex>

namespace crbrt::phantom {

using Position = std::array<double, 3>;

inline constexpr double omega0_limit = 0.8;  ///< of pi / TR; balanced sequences lose their signal at 1
inline constexpr double b1_min_rel = 0.8, b1_max_rel = 1.2;

/// Off-resonance over pi / TR: a gradual shim error, a strong spot above the frontal sinus, a weaker one at each ear.
double omega0_relative(const Position& p) noexcept;

/// Transmit field over nominal: high in the middle and low at the rim, as at 3 T, slightly askew.
double b1_rel(const Position& p) noexcept;

/// Receive sensitivity and proton density in one: |M0| within 15 % of 1, and a phase that wraps.
std::complex<double> m0(const Position& p) noexcept;

}  // namespace crbrt::phantom
