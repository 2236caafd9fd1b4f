// SPDX-License-Identifier: Apache-2.0
/// The eight tissue parameters of the two-pool generalised Bloch model (docs/physics.md; [paper] Section 2.3), by name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace crbrt::physics {

/// Order of every parameter vector and Jacobian in the project.
enum class Parameter : std::size_t {
  m0_semi_frac,
  r1_free_hz,
  r2_free_hz,
  exchange_hz,
  r1_semi_hz,
  t2_semi_s,
  omega0_rad_s,
  b1_rel
};
inline constexpr std::size_t n_parameter = 8;

/// Is r1 one unknown ([paper] Section 2.3: r1_free = r1_semi = 1/T1) or two?
enum class T1Model { apparent, separate };
std::string_view name(T1Model model) noexcept;  ///< "apparent", "separate"

/// SI units; M0 is 1 (a signal scales with the complex M0).
struct Tissue {
  double m0_semi_frac = 0;  ///< semi-solid pool size, of a total of 1
  double r1_free_hz = 0;    ///< longitudinal relaxation rate of the free pool, 1/s
  double r2_free_hz = 0;    ///< transversal relaxation rate of the free pool, 1/s
  double exchange_hz = 0;   ///< exchange rate Rx, 1/s
  double r1_semi_hz = 0;    ///< longitudinal relaxation rate of the semi-solid pool, 1/s
  double t2_semi_s = 0;     ///< transversal relaxation time of the semi-solid pool, s
  double omega0_rad_s = 0;  ///< off-resonance, rad/s
  double b1_rel = 1;        ///< transmit field over nominal

  std::array<double, n_parameter> values() const noexcept {
    return {m0_semi_frac, r1_free_hz, r2_free_hz, exchange_hz, r1_semi_hz, t2_semi_s, omega0_rad_s, b1_rel};
  }
  static Tissue from_values(const std::array<double, n_parameter>& v) noexcept {
    return {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]};
  }
};

/// "m0_semi_frac", "r1_free_hz", ...: its key in the table of quantities (physics/quantity.h).
std::string_view name(Parameter parameter) noexcept;
std::optional<Parameter> parameter_from_name(std::string_view text) noexcept;

/// Empty when the simulator accepts the tissue, else one line: parameter, expected, found
/// (finite; 0 <= m0s < 1; rates from 0, r2_free above 0, and |omega0| up to 1e6 /s; t2_semi from 1e-7 s; b1 above 0, up to 10).
std::string_view why_invalid(const Tissue& tissue) noexcept;

}  // namespace crbrt::physics
