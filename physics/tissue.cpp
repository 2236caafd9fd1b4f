// Names, units and validity of the tissue parameters.
#include "physics/tissue.h"

#include <cmath>

namespace crbrt::physics {
namespace {

struct Description {
  std::string_view name, unit;
};

constexpr std::array<Description, n_parameter> descriptions{{{"m0_semi_frac", "1"},
                                                             {"r1_free_hz", "1/s"},
                                                             {"r2_free_hz", "1/s"},
                                                             {"exchange_hz", "1/s"},
                                                             {"r1_semi_hz", "1/s"},
                                                             {"t2_semi_s", "s"},
                                                             {"omega0_rad_s", "rad/s"},
                                                             {"b1_rel", "1"}}};

}  // namespace

std::string_view name(Parameter parameter) noexcept { return descriptions[static_cast<std::size_t>(parameter)].name; }
std::string_view unit(Parameter parameter) noexcept { return descriptions[static_cast<std::size_t>(parameter)].unit; }

std::optional<Parameter> parameter_from_name(std::string_view text) noexcept {
  for (std::size_t i = 0; i < n_parameter; ++i)
    if (descriptions[i].name == text) return static_cast<Parameter>(i);
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
  // Without longitudinal relaxation the cycle has no unique periodic state.
  if (t.r1_free_hz == 0 && (t.r1_semi_hz == 0 || t.m0_semi_frac == 0)) return "expected a relaxing pool, found both r1 zero";
  return {};
}

}  // namespace crbrt::physics
