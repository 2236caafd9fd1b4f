// SPDX-License-Identifier: Apache-2.0
// Names of the tissue parameters, and which tissues the simulator accepts.
#include "physics/tissue.h"

#include <cmath>

#include "physics/quantity.h"

namespace crbrt::physics {
std::string_view name(T1Model model) noexcept { return model == T1Model::apparent ? "apparent" : "separate"; }
std::string_view name(Parameter parameter) noexcept { return quantity_of(parameter).key; }

std::optional<Parameter> parameter_from_name(std::string_view text) noexcept {
  for (std::size_t p = 0; p < n_parameter; ++p)
    if (name(static_cast<Parameter>(p)) == text) return static_cast<Parameter>(p);
  return std::nullopt;
}

std::string_view why_invalid(const Tissue& t) noexcept {
  for (double value : t.values())
    if (!std::isfinite(value)) return "expected finite parameters, found one that is not";
  if (!(t.m0_semi_frac >= 0 && t.m0_semi_frac < 1)) return "expected 0 <= m0_semi_frac < 1, found one outside";
  if (!(t.r1_free_hz >= 0)) return "expected r1_free_hz >= 0, found a negative one";
  if (!(t.r2_free_hz > 0)) return "expected r2_free_hz > 0, found zero or a negative one";
  if (!(t.exchange_hz >= 0)) return "expected exchange_hz >= 0, found a negative one";
  if (!(t.r1_semi_hz >= 0)) return "expected r1_semi_hz >= 0, found a negative one";
  if (!(t.t2_semi_s > 0)) return "expected t2_semi_s > 0, found zero or a negative one";
  if (!(t.b1_rel > 0)) return "expected b1_rel > 0, found zero or a negative one";
  // Far beyond every tissue. The work of a pulse grows with each of these, so that a typing error would never end.
  for (const double rate : {t.r1_free_hz, t.r2_free_hz, t.exchange_hz, t.r1_semi_hz, std::abs(t.omega0_rad_s)})
    if (rate > 1e6) return "expected rates and |omega0_rad_s| up to 1e6 /s, found a larger one";
  if (t.t2_semi_s < 1e-7) return "expected t2_semi_s >= 1e-7 s, found a shorter one";
  if (t.t2_semi_s > 1e-3) return "expected t2_semi_s <= 1e-3 s, found a longer one (is it in microseconds?)";
  if (t.b1_rel > 10) return "expected b1_rel <= 10, found a larger one";
  // Without longitudinal relaxation the cycle has no unique periodic state.
  if (t.r1_free_hz == 0 && (t.r1_semi_hz == 0 || t.m0_semi_frac == 0)) return "expected a relaxing pool, found both r1 zero";
  return {};
}

}  // namespace crbrt::physics
