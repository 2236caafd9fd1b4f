// B-spline curves, and the limits that turn them into pulses.
#include "tools/protocol/shape.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tools/cli/json_reader.h"

namespace crbrt::protocol {
namespace {

constexpr double gamma_rad_per_s_ut = 267.52218744;  // of the proton; as in physics::rf_load
constexpr double inversion_trf_s = 500e-6;

/// Uniform cubic B-spline on [0, 1]; the end coefficients count three times, so the curve starts and ends on them.
double spline(const std::vector<double>& coefficients, double u) {
  const auto last = static_cast<std::ptrdiff_t>(coefficients.size()) - 1;
  const double position = u * static_cast<double>(last + 2);
  const auto span = std::min(static_cast<std::ptrdiff_t>(position), last + 1);
  const double t = position - static_cast<double>(span), s = 1 - t;
  const double weight[4] = {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
                            t * t * t / 6};
  double value = 0;
  for (std::ptrdiff_t i = 0; i < 4; ++i)
    value += weight[i] * coefficients[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(span + i - 2, 0, last))];
  return value;
}

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

/// Never below either, and without the kink at which a search by gradients would stall.
double smooth_maximum(double a, double b) { return std::pow(std::pow(a, 8) + std::pow(b, 8), 1.0 / 8); }

// Divided, not multiplied: the double nearest to the decimal has the shortest text.
double rounded_up(double trf_s) { return std::ceil(trf_s * 1e6 - 1e-6) / 1e6; }
double cut_off(double alpha_rad) { return std::floor(alpha_rad * 1e6) / 1e6; }

}  // namespace

physics::Sequence expand(const Shape& shape, const Limits& limits, Durations durations) {
  const double w1_max = gamma_rad_per_s_ut * limits.b1_peak_ut;
  const std::vector<double> log_trf = logarithms(shape.trf_s);
  physics::Cycle cycle;
  cycle.alpha_rad = {std::numbers::pi};
  cycle.trf_s = {inversion_trf_s};
  double energy = 0;
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const double u = static_cast<double>(k - 1) / static_cast<double>(shape.n_pulse - 2);
    const double alpha = spline(shape.alpha_rad, u);
    double trf = std::min(smooth_maximum(std::exp(spline(log_trf, u)), alpha / w1_max), limits.trf_max_s);
    if (durations == Durations::whole_microseconds) trf = rounded_up(trf);
    cycle.alpha_rad.push_back(alpha);
    cycle.trf_s.push_back(trf);
    energy += alpha * alpha / trf;
  }
  const double inversion = std::numbers::pi * std::numbers::pi / inversion_trf_s;
  const double b1_rms_energy =
      std::pow(gamma_rad_per_s_ut * limits.b1_rms_ut, 2) * static_cast<double>(shape.n_pulse) * shape.tr_s;
  const double budget = std::min(limits.energy_rad2_per_s, b1_rms_energy) - inversion;
  const double gain = std::min(1.0, std::sqrt(budget / energy));
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const double alpha = gain * cycle.alpha_rad[k];
    cycle.alpha_rad[k] = durations == Durations::continuous ? alpha : cut_off(alpha);
  }
  return {shape.name, shape.tr_s, {std::move(cycle)}};
}

std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits) {
  char text[160];
  const auto line = [&](const char* what, std::size_t pulse, double limit, double found) {
    std::snprintf(text, sizeof text, "pulse %zu: expected %s %g, found %.9g", pulse + 1, what, limit, found);
    return std::string(text);
  };
  constexpr double rounding = 1e-9;  // relative: decimals to doubles
  for (const physics::Cycle& cycle : sequence.cycles) {
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k) {
      const double alpha = cycle.alpha_rad[k], trf = cycle.trf_s[k];
      if (alpha < 0) return line("alpha_rad >=", k, 0, alpha);
      if (alpha > (k == 0 ? std::numbers::pi : limits.alpha_max_rad) * (1 + rounding))
        return line("alpha_rad <=", k, limits.alpha_max_rad, alpha);
      if (trf < limits.trf_min_s * (1 - rounding)) return line("trf_s >=", k, limits.trf_min_s, trf);
      if (trf > limits.trf_max_s * (1 + rounding)) return line("trf_s <=", k, limits.trf_max_s, trf);
    }
  }
  const physics::RfLoad load = physics::rf_load(sequence);
  const auto figure = [&](const char* what, double limit, double found) {
    if (found <= limit * (1 + rounding)) return std::string();
    std::snprintf(text, sizeof text, "expected %s <= %g, found %.9g", what, limit, found);
    return std::string(text);
  };
  if (auto why = figure("RF energy (rad^2/s)", limits.energy_rad2_per_s, load.energy_rad2_per_s); !why.empty()) return why;
  if (auto why = figure("B1 rms (uT)", limits.b1_rms_ut, load.b1_rms_ut); !why.empty()) return why;
  return figure("B1 peak (uT)", limits.b1_peak_ut, load.b1_peak_ut);
}

Shape read_shape(const std::string& path) {
  const auto json = cli::JsonReader::from_file(path);
  json.expect_only({"name", "tr_s", "n_pulse", "alpha_rad", "trf_s"});
  Shape shape{.name = json.at("name").text(),
              .tr_s = json.at("tr_s").number(),
              .n_pulse = static_cast<std::size_t>(json.at("n_pulse").number()),
              .alpha_rad = json.at("alpha_rad").numbers(),
              .trf_s = json.at("trf_s").numbers()};
  for (const char* key : {"alpha_rad", "trf_s"})
    if (json.at(key).numbers().size() < 4) json.at(key).fail("at least four spline coefficients");
  return shape;
}

std::string shape_text(const Shape& shape) {
  const auto rounded = [](std::vector<double> values, double steps_per_unit) {
    for (double& value : values) value = std::round(value * steps_per_unit) / steps_per_unit;
    return values;
  };
  nlohmann::ordered_json json;
  json["name"] = shape.name;
  json["tr_s"] = shape.tr_s;
  json["n_pulse"] = shape.n_pulse;
  json["alpha_rad"] = rounded(shape.alpha_rad, 1e4);
  json["trf_s"] = rounded(shape.trf_s, 1e7);
  return json.dump() + "\n";
}

}  // namespace crbrt::protocol
