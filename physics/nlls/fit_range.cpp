/// The box of a fit from the classes of a prior.
#include "physics/nlls/fit_range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
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

// Drawing, simulating and ranking of starting points.

namespace {

constexpr std::size_t batch = 64;  // bounds the memory of a batch, and fills the lanes

// Minima of one voxel were seen 100 rad/s (of a period of 1800) or 0.2 in B1 apart, and mostly both.
constexpr double near_b1 = 0.1;
constexpr double near_omega0_period = 0.04;

Tissue into(const FitRange& range, const Tissue& tissue) { return range.to_tissue(range.to_scaled(tissue).data()); }

/// Coefficients [n_coeff, n_tissue] of norm 1, or of 0 where there is no signal.
Eigen::MatrixXcd directions_in(const Simulator& simulator, const Basis& basis, const std::vector<Tissue>& tissues) {
  Eigen::MatrixXcd directions(basis.cols(), static_cast<Eigen::Index>(tissues.size()));
  Signals coefficients;
  for (std::size_t first = 0; first < tissues.size(); first += batch) {
    const std::size_t n = std::min(batch, tissues.size() - first);
    simulator.simulate_projected(std::span(tissues).subspan(first, n), basis, coefficients);
    directions.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n)) = coefficients;
  }
  directions.colwise().normalize();  // leaves a column of zeros as it is
  return directions;
}

}  // namespace

StartPool::StartPool(const Simulator& simulator, const Basis& basis, const Prior& prior, const FitRange& range,
                     std::size_t n_draw, std::uint64_t seed)
    : near_omega0_rad_s_(near_omega0_period * 2 * std::numbers::pi / simulator.sequence().tr_s),
      is_mirrored_(range.unknowns().has(Parameter::omega0_rad_s)) {
  for (const TissueClass& tissue_class : prior.classes)
    tissues_.push_back(into(range, mean_tissue(tissue_class, prior.t1_model)));
  for (std::size_t i = 0; i < n_draw; ++i) tissues_.push_back(into(range, prior.draw(seed, Stream::start, i)));

  directions_ = directions_in(simulator, basis, tissues_);
  // U^H conj(s) = conj(conj(U)^H s), and nothing needs simulating again where U is real.
  mirrored_ = (basis.is_complex() ? directions_in(simulator, basis.conjugate(), tissues_) : directions_).conjugate();
}

std::vector<Tissue> StartPool::best(const Eigen::VectorXcd& data, std::size_t n_start) const {
  // ||d||^2 - |c^H d|^2 / ||c||^2 is the residual with M0 eliminated.
  const Eigen::VectorXd match = (directions_.adjoint() * data).cwiseAbs2();
  const Eigen::VectorXd mirrored = (mirrored_.adjoint() * data).cwiseAbs2();
  const auto score = [&](std::size_t i) {
    const auto k = static_cast<Eigen::Index>(i % tissues_.size());
    return i < tissues_.size() ? match[k] : mirrored[k];
  };
  std::vector<std::size_t> order((is_mirrored_ ? 2 : 1) * tissues_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  std::vector<Tissue> starts;
  for (std::size_t k = 0; k < order.size() && starts.size() < n_start; ++k) {
    const Tissue tissue = start(order[k]);
    const bool is_near = std::any_of(starts.begin(), starts.end(), [&](const Tissue& earlier) {
      return std::abs(tissue.omega0_rad_s - earlier.omega0_rad_s) < near_omega0_rad_s_ &&
             std::abs(tissue.b1_rel - earlier.b1_rel) < near_b1;
    });
    if (!is_near) starts.push_back(tissue);
  }
  return starts;
}

Tissue StartPool::start(std::size_t candidate) const {
  Tissue tissue = tissues_[candidate % tissues_.size()];
  if (candidate >= tissues_.size()) tissue.omega0_rad_s = -tissue.omega0_rad_s;
  return tissue;
}

}  // namespace crbrt::physics
