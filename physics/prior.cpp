// SPDX-License-Identifier: Apache-2.0
// Drawing of tissues. The order of the random numbers (class, then parameters in their order) is part of every data set's
// identity: change it and all seeds mean something else.
#include "physics/prior.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace crbrt::physics {
namespace {

constexpr std::size_t index_of(Parameter parameter) { return static_cast<std::size_t>(parameter); }
constexpr std::size_t r1_free = index_of(Parameter::r1_free_hz);
constexpr std::size_t r2_free = index_of(Parameter::r2_free_hz);
constexpr std::size_t r1_semi = index_of(Parameter::r1_semi_hz);

// Redrawing ends for certain enough: a share below this is refused by why_invalid().
constexpr double min_share = 1e-3;

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// The number as the file describes it: a rate or, with as_time, a time.
double draw_described(const Marginal& m, CounterRandom& random) {
  if (m.kind == Marginal::Kind::fixed) return m.mean;
  if (m.kind == Marginal::Kind::uniform) return m.minimum + (m.maximum - m.minimum) * random.uniform();
  double value = 0;
  do value = m.mean + m.std * random.normal();
  while (value < m.minimum || value > m.maximum);
  return value;
}

double draw_rate(const Marginal& m, CounterRandom& random) {
  const double described = draw_described(m, random);
  return m.as_time ? 1 / described : described;
}

const TissueClass& choose_class(const std::vector<TissueClass>& classes, double uniform) {
  double total = 0;
  for (const TissueClass& c : classes) total += c.weight;
  double left = uniform * total;
  for (const TissueClass& c : classes) {
    if (left < c.weight) return c;
    left -= c.weight;
  }
  return classes.back();
}

/// Limits of T = 1/R where the marginal describes R, and the other way round.
std::array<double, 2> time_limits(const Marginal& m) {
  if (m.as_time) return {m.minimum, m.maximum};
  return {1 / m.maximum, 1 / m.minimum};
}

std::string why_marginal_invalid(const Marginal& m) {
  if (!(m.minimum <= m.maximum))
    return "expected min <= max, found " + std::to_string(m.minimum) + " > " + std::to_string(m.maximum);
  if (m.as_time && !(m.minimum > 0)) return "expected times > 0, found a minimum of " + std::to_string(m.minimum);
  if (m.kind != Marginal::Kind::fixed && m.minimum == m.maximum)
    return "expected a width (min < max), or {\"kind\": \"fixed\", \"value\": ...} for what is known, found min = max = " +
           std::to_string(m.minimum);
  if (m.kind != Marginal::Kind::gaussian) return {};
  if (!(m.std > 0))
    return "expected std > 0, or {\"kind\": \"fixed\", \"value\": ...} for what is known, found " + std::to_string(m.std);
  const double share = m.share(m.minimum, m.maximum);
  if (!(share >= min_share))
    return "expected at least 0.1 % of the Gaussian between min and max, found " + std::to_string(share * 100) + " %";
  return {};
}

std::string why_class_invalid(const TissueClass& c) {
  if (!(c.weight > 0)) return "weight: expected a positive number, found " + std::to_string(c.weight);
  for (std::size_t p = 0; p < n_parameter; ++p)
    if (std::string why = why_marginal_invalid(c.marginal[p]); !why.empty())
      return std::string(name(static_cast<Parameter>(p))) + ": " + why;
  // Corners of the prior are valid tissues; m0s = 1 is never drawn exactly, so the limit itself may be given.
  for (const bool upper : {false, true}) {
    std::array<double, n_parameter> v{};
    for (std::size_t p = 0; p < n_parameter; ++p) {
      const Marginal& m = c.marginal[p];
      v[p] = upper ? m.maximum : m.minimum;
      if (m.as_time) v[p] = 1 / v[p];
    }
    v[0] = std::min(v[0], std::nextafter(1.0, 0.0));
    if (const std::string_view why = why_invalid(Tissue::from_values(v)); !why.empty()) return std::string(why);
  }
  return {};
}

std::string why_times_unreachable(const TissueClass& c) {
  if (!c.t2_free_at_most_t1) return {};
  const double t1_min_s = time_limits(c.marginal[r1_free])[0];
  const Marginal& r2 = c.marginal[r2_free];
  const double share = r2.as_time ? r2.share(r2.minimum, std::min(t1_min_s, r2.maximum))
                                  : r2.share(std::max(1 / t1_min_s, r2.minimum), r2.maximum);
  if (share >= min_share) return {};
  return "t2_free_at_most_t1: expected T2f that can lie below the smallest T1f of " + std::to_string(t1_min_s) +
         " s, found a share of " + std::to_string(share * 100) + " %";
}

}  // namespace

double Marginal::share(double low, double high) const noexcept {
  if (high < low) return 0;
  if (kind == Kind::fixed) return low <= mean && mean <= high ? 1 : 0;
  if (kind == Kind::uniform) return minimum == maximum ? 1 : (high - low) / (maximum - minimum);
  return normal_cdf((high - mean) / std) - normal_cdf((low - mean) / std);
}

Tissue Prior::draw(std::uint64_t seed, std::uint64_t index) const { return draw(seed, Stream::tissue, index); }

Tissue Prior::draw(std::uint64_t seed, Stream stream, std::uint64_t index) const {
  CounterRandom random(seed, stream, index);
  const TissueClass& c = choose_class(classes, random.uniform());
  std::array<double, n_parameter> v{};
  for (std::size_t p = 0; p < n_parameter; ++p) {
    if (p == r1_semi && t1_model == T1Model::apparent) {
      v[p] = v[r1_free];
      continue;
    }
    do v[p] = draw_rate(c.marginal[p], random);
    while (p == r2_free && c.t2_free_at_most_t1 && v[r2_free] < v[r1_free]);
  }
  return Tissue::from_values(v);
}

Unknowns Prior::unknowns(T1Model model) const {
  const auto fixed_at = [&](Parameter parameter) -> std::optional<double> {
    const bool follows = t1_model == T1Model::apparent && parameter == Parameter::r1_semi_hz;
    const std::size_t p = follows ? r1_free : index_of(parameter);
    const double value = classes.front().marginal[p].mean;
    for (const TissueClass& c : classes)
      if (c.marginal[p].kind != Marginal::Kind::fixed || c.marginal[p].mean != value ||
          c.marginal[p].as_time != classes.front().marginal[p].as_time)
        return std::nullopt;
    return value;
  };
  std::vector<Parameter> known;
  for (std::size_t p = 0; p < n_parameter; ++p)
    if (const auto parameter = static_cast<Parameter>(p); fixed_at(parameter)) known.push_back(parameter);
  if (fixed_at(Parameter::m0_semi_frac) == 0.0)
    known.insert(known.end(), {Parameter::exchange_hz, Parameter::t2_semi_s, Parameter::r1_semi_hz});
  return {model, known};
}

TissueDomain Prior::domain() const {
  TissueDomain domain{classes.front().marginal[index_of(Parameter::t2_semi_s)].minimum, 0, 0};
  for (const TissueClass& c : classes) {
    const Marginal& t2_semi = c.marginal[index_of(Parameter::t2_semi_s)];
    domain.t2_semi_min_s = std::min(domain.t2_semi_min_s, t2_semi.minimum);
    domain.t2_semi_max_s = std::max(domain.t2_semi_max_s, t2_semi.maximum);
    domain.b1_max_rel = std::max(domain.b1_max_rel, c.marginal[index_of(Parameter::b1_rel)].maximum);
  }
  return domain;
}

std::string Prior::why_invalid() const {
  if (classes.empty()) return "expected at least one class, found none";
  if (!(snr_min > 0 && snr_min <= snr_max))
    return "snr: expected 0 < min <= max, found " + std::to_string(snr_min) + " and " + std::to_string(snr_max);
  for (const TissueClass& c : classes) {
    std::string why = why_class_invalid(c);
    if (why.empty()) why = why_times_unreachable(c);
    if (!why.empty()) return "class " + c.name + ", " + why;
  }
  return {};
}

}  // namespace crbrt::physics
