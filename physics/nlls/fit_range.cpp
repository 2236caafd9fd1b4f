// SPDX-License-Identifier: Apache-2.0
/// The box of a fit from the classes of a prior.
#include "physics/nlls/fit_range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "physics/quantity.h"

namespace crbrt::physics {

namespace {

constexpr double open_side_std = 6;        // beyond it a Gaussian holds 1e-9 of its mass
constexpr double max_m0_semi_frac = 0.99;  // the simulator needs a free pool

struct Interval {
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();

  void include(double a, double b) {
    minimum = std::min({minimum, a, b});
    maximum = std::max({maximum, a, b});
  }
};

std::size_t index(Parameter parameter) { return static_cast<std::size_t>(parameter); }

double centre(const Marginal& marginal) {
  const double value = marginal.kind == Marginal::Kind::uniform ? 0.5 * (marginal.minimum + marginal.maximum) : marginal.mean;
  return marginal.as_time ? 1 / value : value;
}

/// The ends of a marginal in the units of the parameter (1/s for a rate described by its time).
void include(Interval& interval, const Marginal& marginal) {
  if (marginal.kind == Marginal::Kind::fixed) {
    interval.include(centre(marginal), centre(marginal));
    return;
  }
  double low = marginal.minimum, high = marginal.maximum;
  if (marginal.kind == Marginal::Kind::gaussian) {
    // A maximum far outside the distribution (1e3 s, infinity) says "open" as well.
    if (!std::isfinite(high) || high > marginal.mean + 100 * marginal.std) high = marginal.mean + open_side_std * marginal.std;
    if (!std::isfinite(low)) low = std::max(marginal.mean - open_side_std * marginal.std, 1e-3 * std::abs(marginal.mean));
  }
  if (marginal.as_time) {
    low = std::max(low, 1e-6);  // a time of zero has no rate
    interval.include(1 / high, 1 / low);
  } else {
    interval.include(low, high);
  }
}

/// Distance over which a parameter typically varies: the width of its first class's distribution, or the value itself.
double typical_scale(const Marginal& marginal, const Interval& interval) {
  const double width = interval.maximum - interval.minimum;
  if (marginal.kind == Marginal::Kind::uniform) return 0.5 * width;
  const double value = std::abs(centre(marginal));
  return value > 0 ? std::min(value, width) : 0.25 * width;
}

}  // namespace

Prior paper_fit_prior(double tr_s) {
  using Kind = Marginal::Kind;
  // The table of quantities has the means and says whether a time or its rate is meant.
  struct Spread {
    const char* key;
    double std, minimum, maximum;
  };
  constexpr Spread spreads[] = {{"m0_semi_frac", 0.08, 0.001, max_m0_semi_frac},
                                {"t1_apparent_s", 0.8, 0.1, 10},
                                {"t2_free_s", 0.2, 0.001, 5},
                                {"exchange_hz", 20, 1, 200},
                                {"t2_semi_s", 2e-6, 5e-6, 15e-6},
                                {"b1_rel", 0.3, 0.3, 1.7}};
  TissueClass main;
  main.name = "main";
  for (const Spread& s : spreads) {
    const Quantity& q = *find_quantity(s.key);
    main.marginal[index(q.parameter)] = {Kind::gaussian, q.nominal, s.std, s.minimum, s.maximum, q.form == Form::inverse};
  }
  main.marginal[index(Parameter::r1_semi_hz)] = main.marginal[index(Parameter::r1_free_hz)];
  main.marginal[index(Parameter::omega0_rad_s)] = {Kind::uniform,           0,    0, -std::numbers::pi / tr_s,
                                                   std::numbers::pi / tr_s, false};
  main.t2_free_at_most_t1 = true;

  Prior prior;
  prior.name = "paper";
  prior.t1_model = T1Model::apparent;
  prior.classes = {main};
  return prior;
}

namespace {

Unknowns unknowns_of(const Prior& prior, T1Model model) {
  if (prior.classes.empty()) throw std::invalid_argument("a prior with at least one class is needed");
  Unknowns unknowns = prior.unknowns(model);
  if (unknowns.size() == 0) throw std::invalid_argument("the prior fixes all parameters");
  return unknowns;
}

}  // namespace

FitRange::FitRange(const Prior& prior, T1Model model)
    : unknowns_(unknowns_of(prior, model)), known_(mean_tissue(prior.classes.front(), prior.t1_model).values()) {
  for (const Parameter parameter : unknowns_.parameters()) add(parameter, prior);
}

void FitRange::add(Parameter parameter, const Prior& prior) {
  const bool follows_free = parameter == Parameter::r1_semi_hz && prior.t1_model == T1Model::apparent;
  const std::size_t p = index(follows_free ? Parameter::r1_free_hz : parameter);
  Interval interval;
  for (const TissueClass& tissue_class : prior.classes) include(interval, tissue_class.marginal[p]);
  if (parameter == Parameter::m0_semi_frac) interval.maximum = std::min(interval.maximum, max_m0_semi_frac);
  if (!(interval.minimum < interval.maximum))
    throw std::invalid_argument("the prior gives " + std::string(physics::name(parameter)) + " no range to fit in");
  minimum_.push_back(interval.minimum);
  maximum_.push_back(interval.maximum);
  scale_.push_back(typical_scale(prior.classes.front().marginal[p], interval));
}

Eigen::VectorXd FitRange::to_scaled(const Tissue& tissue) const {
  const auto values = tissue.values();
  Eigen::VectorXd scaled(static_cast<Eigen::Index>(n_unknown()));
  for (std::size_t u = 0; u < n_unknown(); ++u)
    scaled[static_cast<Eigen::Index>(u)] = std::clamp(values[index(parameter(u))], minimum_[u], maximum_[u]) / scale_[u];
  return scaled;
}

Tissue FitRange::to_tissue(const double* scaled) const {
  std::array<double, n_parameter> values = known_;
  for (std::size_t u = 0; u < n_unknown(); ++u)
    values[index(parameter(u))] = std::clamp(scaled[u] * scale_[u], minimum_[u], maximum_[u]);
  if (unknowns_.t1_model() == T1Model::apparent) values[index(Parameter::r1_semi_hz)] = values[index(Parameter::r1_free_hz)];
  return Tissue::from_values(values);
}

Eigen::MatrixXcd FitRange::to_scaled_jacobian(const Eigen::MatrixXcd& jacobian) const {
  Eigen::MatrixXcd scaled = unknowns_.columns(jacobian);
  for (std::size_t u = 0; u < n_unknown(); ++u) scaled.col(static_cast<Eigen::Index>(u)) *= scale_[u];
  return scaled;
}

std::uint32_t FitRange::walls(const Tissue& tissue) const {
  const auto values = tissue.values();
  std::uint32_t walls = 0;
  for (std::size_t u = 0; u < n_unknown(); ++u) {
    const double value = values[index(parameter(u))], margin = 1e-6 * (maximum_[u] - minimum_[u]);
    if (value <= minimum_[u] + margin) walls |= std::uint32_t{1} << (2 * u);
    if (value >= maximum_[u] - margin) walls |= std::uint32_t{2} << (2 * u);
  }
  return walls;
}

TissueDomain FitRange::domain() const {
  TissueDomain domain;
  domain.t2_semi_min_s = domain.t2_semi_max_s = known_[index(Parameter::t2_semi_s)];
  domain.b1_max_rel = known_[index(Parameter::b1_rel)];
  for (std::size_t u = 0; u < n_unknown(); ++u) {
    if (parameter(u) == Parameter::t2_semi_s) {
      domain.t2_semi_min_s = minimum_[u];
      domain.t2_semi_max_s = maximum_[u];
    }
    if (parameter(u) == Parameter::b1_rel) domain.b1_max_rel = maximum_[u];
  }
  return domain;
}

Tissue mean_tissue(const TissueClass& tissue_class, T1Model model) {
  std::array<double, n_parameter> values{};
  for (std::size_t p = 0; p < n_parameter; ++p) values[p] = centre(tissue_class.marginal[p]);
  if (model == T1Model::apparent) values[index(Parameter::r1_semi_hz)] = values[index(Parameter::r1_free_hz)];
  return Tissue::from_values(values);
}

}  // namespace crbrt::physics
