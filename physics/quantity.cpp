// SPDX-License-Identifier: Apache-2.0
// A row per quantity. A new row of a form that exists needs no other code: bounds, estimands, prior keys, maps and labels
// follow from it. A new form needs its formulas where the compiler says, a new tissue parameter its derivatives in the
// simulator. What the pages need is in ARCHITECTURE.md ("To add X, touch Y").
#include "physics/quantity.h"

#include <algorithm>
#include <numbers>

namespace crbrt::physics {
namespace {

// Windows show a brain at 3 T: fluid is at the end of the scale, and half of it is tissue. They are our own, because the
// guideline on colours names none (docs/quantities.md).
constexpr double hz_per_rad_s = 1 / (2 * std::numbers::pi), ms_per_s = 1e3, us_per_s = 1e6;

constexpr Plausible t1{0.01, 100}, rate_of_t1{1 / t1.high, 1 / t1.low}, t2_free{1e-3, 20};

constexpr auto table = std::to_array<Quantity>({
    {.key = "m0_semi_frac",
     .symbol = "m0s",
     .plot_symbol = "m@_0^s",
     .unit = "1",
     .parameter = Parameter::m0_semi_frac,
     .nominal = 0.12,
     .map = {"m0_semi_frac", "1"},
     .display = {"", 1, 0, 0.3},
     .plausible = {0, 1},
     .description = "size of the semi-solid pool, of a total of 1"},
    {.key = "r1_free_hz",
     .symbol = "R1f",
     .plot_symbol = "R_{1f}",
     .unit = "1/s",
     .parameter = Parameter::r1_free_hz,
     .t1_model = T1Model::separate,
     .map = {"R1map", "1/s", 1, "anat"},
     .display = {"1/s", 1, 0, 1},
     .plausible = rate_of_t1,
     .description = "longitudinal relaxation rate of the free pool"},
    {.key = "t1_free_s",
     .symbol = "T1f",
     .plot_symbol = "T_{1f}",
     .unit = "s",
     .form = Form::inverse,
     .parameter = Parameter::r1_free_hz,
     .t1_model = T1Model::separate,
     .map = {"T1map", "s", 1, "anat"},
     .display = {"ms", ms_per_s, 0, 3},
     .plausible = t1,
     .description = "longitudinal relaxation time of the free pool"},
    {.key = "r1_apparent_hz",
     .symbol = "R1",
     .plot_symbol = "R_1",
     .unit = "1/s",
     .parameter = Parameter::r1_free_hz,
     .t1_model = T1Model::apparent,
     .map = {"R1map", "1/s", 1, "anat"},
     .display = {"1/s", 1, 0, 1},
     .plausible = rate_of_t1,
     .description = "longitudinal relaxation rate of both pools as one"},
    {.key = "t1_apparent_s",
     .symbol = "T1",
     .plot_symbol = "T_1",
     .unit = "s",
     .form = Form::inverse,
     .parameter = Parameter::r1_free_hz,
     .t1_model = T1Model::apparent,
     .nominal = 1.6,
     .map = {"T1map", "s", 1, "anat"},
     .display = {"ms", ms_per_s, 0, 3},
     .plausible = t1,
     .description = "longitudinal relaxation time of both pools as one"},
    {.key = "r2_free_hz",
     .symbol = "R2f",
     .plot_symbol = "R_{2f}",
     .unit = "1/s",
     .parameter = Parameter::r2_free_hz,
     .map = {"R2map", "1/s", 1, "anat"},
     .display = {"1/s", 1, 0, 20},
     .plausible = {1 / t2_free.high, 1 / t2_free.low},
     .description = "transversal relaxation rate of the free pool"},
    {.key = "t2_free_s",
     .symbol = "T2f",
     .plot_symbol = "T_{2f}",
     .unit = "s",
     .form = Form::inverse,
     .parameter = Parameter::r2_free_hz,
     .nominal = 0.1,
     .map = {"T2map", "s", 1, "anat"},
     .display = {"ms", ms_per_s, 0, 0.2},
     .plausible = t2_free,
     .description = "transversal relaxation time of the free pool"},
    {.key = "exchange_hz",
     .symbol = "Rx",
     .plot_symbol = "R_x",
     .unit = "1/s",
     .parameter = Parameter::exchange_hz,
     .nominal = 44,
     .map = {"exchange_hz", "1/s"},
     .display = {"1/s", 1, 0, 30},
     .plausible = {0.1, 1e5},
     .description = "exchange rate between the pools"},
    {.key = "r1_semi_hz",
     .symbol = "R1s",
     .plot_symbol = "R_{1s}",
     .unit = "1/s",
     .parameter = Parameter::r1_semi_hz,
     .t1_model = T1Model::separate,
     .map = {"r1_semi_hz", "1/s"},
     .display = {"1/s", 1, 0, 6},
     .plausible = rate_of_t1,
     .description = "longitudinal relaxation rate of the semi-solid pool"},
    {.key = "t1_semi_s",
     .symbol = "T1s",
     .plot_symbol = "T_{1s}",
     .unit = "s",
     .form = Form::inverse,
     .parameter = Parameter::r1_semi_hz,
     .t1_model = T1Model::separate,
     .map = {"t1_semi_s", "s"},
     .display = {"ms", ms_per_s, 0, 1},
     .plausible = t1,
     .description = "longitudinal relaxation time of the semi-solid pool"},
    {.key = "t2_semi_s",
     .symbol = "T2s",
     .plot_symbol = "T_{2s}",
     .unit = "s",
     .parameter = Parameter::t2_semi_s,
     .nominal = 10e-6,
     .map = {"t2_semi_s", "s"},
     .display = {"us", us_per_s, 5e-6, 20e-6},
     .plausible = {1e-7, 1e-3},
     .description = "transversal relaxation time of the semi-solid pool"},
    {.key = "omega0_rad_s",
     .symbol = "B0",
     .plot_symbol = "B_0",
     .unit = "rad/s",
     .parameter = Parameter::omega0_rad_s,
     .nominal = 0,
     .map = {"B0map", "Hz", hz_per_rad_s},
     .display = {"Hz", hz_per_rad_s, -100 / hz_per_rad_s, 100 / hz_per_rad_s},
     .plausible = {-1e5, 1e5},
     .description = "off-resonance: the angular frequency omega0, as a map the frequency omega0 / (2 pi)"},
    {.key = "omega0_cycles_per_tr",
     .symbol = "B0",
     .plot_symbol = "B_0",
     .unit = "1",
     .form = Form::cycles_per_tr,
     .parameter = Parameter::omega0_rad_s,
     .plausible = {-1e3, 1e3},
     .description = "off-resonance in turns per repetition time: omega0 TR / (2 pi)"},
    {.key = "b1_rel",
     .symbol = "B1",
     .plot_symbol = "B_1",
     .unit = "1",
     .parameter = Parameter::b1_rel,
     .nominal = 1,
     .map = {"TB1map", "1", 1, "fmap"},
     .display = {"", 1, 0.5, 1.5},
     .plausible = {0.01, 10},
     .description = "transmit field over nominal"},
    {.key = "signal_per_m0",
     .symbol = "||c||/|M0|",
     .plot_symbol = "||c||/|M_0|",
     .unit = "1",
     .form = Form::signal_norm,
     .map = {"signal_per_m0", "1"},
     .description = "norm of the coefficients without noise over |M0|"},
    {.key = "m0",
     .symbol = "M0",
     .plot_symbol = "M_0",
     .unit = "arbitrary",
     .form = Form::m0,
     .map = {"M0map", "arbitrary", 1, "anat"},
     .description = "magnitude of the equilibrium magnetisation, in units of the data"},
});

}  // namespace

std::string Quantity::plot_label() const {
  std::string label(plot_symbol);
  if (!display.unit.empty()) label += " (" + std::string(display.unit) + ")";
  return label;
}

std::span<const Quantity> quantities() noexcept { return table; }

std::string name_as_bids_suffix(std::string_view map_name) {
  std::string suffix;
  for (std::size_t i = 0; i < map_name.size(); ++i) {
    const bool begins_word = i > 0 && map_name[i - 1] == '_';
    const char c = map_name[i];
    if (c != '_') suffix += begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return suffix;
}

const Quantity* find_quantity(std::string_view key) noexcept {
  const auto row = std::find_if(table.begin(), table.end(), [&](const Quantity& q) { return q.key == key; });
  return row == table.end() ? nullptr : &*row;
}

const Quantity* find_quantity_of_map(std::string_view map_name) noexcept {
  if (map_name.empty()) return nullptr;  // as rows without a map have
  const auto row = std::find_if(table.begin(), table.end(), [&](const Quantity& q) { return q.map.name == map_name; });
  return row == table.end() ? nullptr : &*row;
}

const Quantity& quantity_of(Parameter parameter) noexcept {
  // Only r1_free_hz has two rows of this form, and its own comes first.
  return *std::find_if(table.begin(), table.end(),
                       [&](const Quantity& q) { return q.form == Form::parameter && q.parameter == parameter; });
}

}  // namespace crbrt::physics
