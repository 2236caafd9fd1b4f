// SPDX-License-Identifier: Apache-2.0
// B-spline curves, the limits that turn them into pulses, and shapes as JSON.
#include "tools/design/shape.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/json.h"
#include "base/json_reader.h"

namespace crbrt::design {
namespace {

constexpr double gamma_rad_per_s_ut = 267.52218744;  // of the proton; as in physics::rf_load
constexpr double inversion_trf_s = 500e-6;

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

/// Never below either, and without the kink at which a search by gradients would stall.
double smooth_maximum(double a, double b) { return std::pow(std::pow(a, 8) + std::pow(b, 8), 1.0 / 8); }

// Divided, not multiplied: the double nearest to the decimal has the shortest text.
double rounded_up(double trf_s) { return std::ceil(trf_s * 1e6 - 1e-6) / 1e6; }
double cut_off(double alpha_rad) { return std::floor(alpha_rad * 1e6) / 1e6; }

/// One balanced pulse before the gain.
struct Point {
  SplineWeights alpha_weights, trf_weights;
  double alpha;
  double wanted, shortest;  ///< durations: what the shape asks for, what the peak of B1 allows
  double trf;
  bool cut;  ///< the longest duration cuts
};

struct Curves {
  std::vector<Point> points;  ///< pulses 1 .. n - 1
  double w1_max;
};

Curves curves_of(const Shape& shape, const Limits& limits) {
  Curves curves{{}, gamma_rad_per_s_ut * limits.b1_peak_ut};
  const std::vector<double> log_trf = logarithms(shape.trf_s);
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const double u = static_cast<double>(k - 1) / static_cast<double>(shape.n_pulse - 2);
    Point point{spline_weights(shape.alpha_rad.size(), u), spline_weights(shape.trf_s.size(), u), 0, 0, 0, 0, false};
    point.alpha = point.alpha_weights.value(shape.alpha_rad);
    point.wanted = std::exp(point.trf_weights.value(log_trf));
    point.shortest = point.alpha / curves.w1_max;
    const double smooth = smooth_maximum(point.wanted, point.shortest);
    point.cut = smooth > limits.trf_max_s;
    point.trf = point.cut ? limits.trf_max_s : smooth;
    curves.points.push_back(point);
  }
  return curves;
}

/// What energy asks of the budget of balanced pulses.
double energy_ratio(double energy, const Shape& shape, const Limits& limits) {
  const double inversion = std::numbers::pi * std::numbers::pi / inversion_trf_s;
  const double b1_rms_energy =
      std::pow(gamma_rad_per_s_ut * limits.b1_rms_ut, 2) * static_cast<double>(shape.n_pulse) * shape.tr_s;
  return energy / (std::min(limits.energy_rad2_per_s, b1_rms_energy) - inversion);
}

/// Of all angles: never above 1 nor above what the budget allows, and smooth where the two meet. There a sharp minimum would
/// have a kink, and good trains lie on it.
double gain_of(double ratio) { return std::pow(1 + std::pow(ratio, 8), -1.0 / 16); }

}  // namespace

physics::Sequence expand(const Shape& shape, const Limits& limits, Durations durations) {
  const Curves curves = curves_of(shape, limits);
  physics::Cycle cycle;
  cycle.alpha_rad = {std::numbers::pi};
  cycle.trf_s = {inversion_trf_s};
  double energy = 0;
  for (const Point& point : curves.points) {
    const double trf = durations == Durations::continuous ? point.trf : rounded_up(point.trf);
    cycle.alpha_rad.push_back(point.alpha);
    cycle.trf_s.push_back(trf);
    energy += point.alpha * point.alpha / trf;
  }
  const double gain = gain_of(energy_ratio(energy, shape, limits));
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const double alpha = gain * cycle.alpha_rad[k];
    cycle.alpha_rad[k] = durations == Durations::continuous ? alpha : cut_off(alpha);
  }
  return {shape.name, shape.tr_s, {std::move(cycle)}};
}

ShapeSlopes slopes_of_shape(const Shape& shape, const Limits& limits, const physics::PulseSlopes& pulses) {
  const Curves curves = curves_of(shape, limits);
  double energy = 0, of_gain = 0;
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const Point& point = curves.points[k - 1];
    energy += point.alpha * point.alpha / point.trf;
    of_gain += pulses.alpha[static_cast<Eigen::Index>(k)] * point.alpha;
  }
  const double ratio = energy_ratio(energy, shape, limits), gain = gain_of(ratio), ratio8 = std::pow(ratio, 8);
  const double of_energy = -0.5 * of_gain * gain / energy * ratio8 / (1 + ratio8);
  ShapeSlopes slopes{std::vector<double>(shape.alpha_rad.size()), std::vector<double>(shape.trf_s.size())};
  for (std::size_t k = 1; k < shape.n_pulse; ++k) {
    const Point& point = curves.points[k - 1];
    const double w1 = point.alpha / point.trf;
    const double of_trf = pulses.trf[static_cast<Eigen::Index>(k)] - of_energy * w1 * w1;
    // d trf: the smooth maximum (wanted^8 + shortest^8)^(1/8), or nothing where the longest duration cuts.
    const double of_smooth = point.cut ? 0 : of_trf;
    const double of_wanted = of_smooth * std::pow(point.wanted / point.trf, 7);
    const double of_shortest = of_smooth * std::pow(point.shortest / point.trf, 7);
    const double of_alpha =
        gain * pulses.alpha[static_cast<Eigen::Index>(k)] + 2 * of_energy * w1 + of_shortest / curves.w1_max;
    point.alpha_weights.add_slope(of_alpha, slopes.alpha_rad);
    point.trf_weights.add_slope(of_wanted * point.wanted, slopes.log_trf);
  }
  return slopes;
}

SplineWeights spline_weights(std::size_t n_coefficient, double u) {
  const auto last = static_cast<std::ptrdiff_t>(n_coefficient) - 1;
  const double position = u * static_cast<double>(last + 2);
  const auto interval = std::min(static_cast<std::ptrdiff_t>(position), last + 1);
  const double t = position - static_cast<double>(interval), s = 1 - t;
  SplineWeights weights{
      {}, {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6}};
  // The end coefficients count three times, so the curve starts and ends on them.
  for (std::ptrdiff_t i = 0; i < 4; ++i)
    weights.index[i] = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(interval + i - 2, 0, last));
  return weights;
}

std::vector<double> fit_spline(const std::vector<double>& values, std::size_t n_coefficient) {
  const auto n = static_cast<Eigen::Index>(n_coefficient);
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double u = static_cast<double>(k) / static_cast<double>(values.size() - 1);
    const SplineWeights w = spline_weights(n_coefficient, u);
    Eigen::VectorXd row = Eigen::VectorXd::Zero(n);
    w.add_slope(1, {row.data(), n_coefficient});
    normal += row * row.transpose();
    right += values[k] * row;
  }
  normal.diagonal().array() += 1e-9;  // more coefficients than values leave some free
  const Eigen::VectorXd x = normal.ldlt().solve(right);
  return {x.begin(), x.end()};
}

Shape read_shape(const std::string& path) {
  const auto json = base::JsonReader::from_file(path);
  json.expect_only({"name", "tr_s", "n_pulse", "alpha_rad", "trf_s"});
  Shape shape{.name = json.at("name").text(),
              .tr_s = json.at("tr_s").number(),
              .n_pulse = 0,
              .alpha_rad = json.at("alpha_rad").numbers(),
              .trf_s = json.at("trf_s").numbers()};
  for (const char* key : {"alpha_rad", "trf_s"})
    if (json.at(key).numbers().size() < 4) json.at(key).fail("at least four spline coefficients");
  constexpr double most_pulses = 100000;
  const double n = json.at("n_pulse").number();
  if (!(n >= 3 && n <= most_pulses) || n != std::floor(n)) json.at("n_pulse").fail("a whole number from 3 to 100000");
  shape.n_pulse = static_cast<std::size_t>(n);
  return shape;
}

std::string shape_text(const Shape& shape) {
  const auto rounded = [](std::vector<double> values, double steps_per_unit) {
    for (double& value : values) value = std::round(value * steps_per_unit) / steps_per_unit;
    return values;
  };
  base::Json json;
  json["name"] = shape.name;
  json["tr_s"] = shape.tr_s;
  json["n_pulse"] = shape.n_pulse;
  json["alpha_rad"] = rounded(shape.alpha_rad, 1e4);
  json["trf_s"] = rounded(shape.trf_s, 1e7);
  return json.dump() + "\n";
}

}  // namespace crbrt::design
