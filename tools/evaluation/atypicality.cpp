// SPDX-License-Identifier: Apache-2.0
// Every kind makes other coefficients out of a fingerprint; phase, noise and score are the same code for all.
#include "tools/evaluation/atypicality.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

#include "tools/evaluation/fingerprint_noise.h"
#include "tools/evaluation/realise.h"

namespace crbrt::evaluation {
namespace {

/// One walk down the sorted scores; ties are one slanted step of the curve, which is what counting them half means.
std::vector<RocPoint> whole_curve(const std::vector<float>& typical, const std::vector<float>& atypical) {
  std::vector<RocPoint> curve{{0, 0}};
  std::size_t t = 0, a = 0;
  while (t < typical.size() || a < atypical.size()) {
    const bool from_typical = a == atypical.size() || (t < typical.size() && typical[t] > atypical[a]);
    const float threshold = from_typical ? typical[t] : atypical[a];
    while (t < typical.size() && typical[t] == threshold) ++t;
    while (a < atypical.size() && atypical[a] == threshold) ++a;
    curve.push_back({static_cast<double>(t) / static_cast<double>(typical.size()),
                     static_cast<double>(a) / static_cast<double>(atypical.size())});
  }
  return curve;
}

double area_of(const std::vector<RocPoint>& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    area += (curve[i].false_alarms - curve[i - 1].false_alarms) * (curve[i].hits + curve[i - 1].hits) / 2;
  return area;
}

/// Points that follow each other closely along the curve are dropped; rare false alarms, which matter most, stay apart.
std::vector<RocPoint> thinned(const std::vector<RocPoint>& curve, std::size_t max_points) {
  if (curve.size() <= max_points) return curve;
  // A monotonous coordinate from 0 to 1: half of it along log10 of the false alarms down to 1e-4, half along the hits.
  const auto position = [](const RocPoint& p) { return (std::log10(std::max(p.false_alarms, 1e-4)) / 4 + 1 + p.hits) / 2; };
  std::vector<RocPoint> kept{curve.front()};
  const double step = 1 / static_cast<double>(max_points - 2);
  for (std::size_t i = 1; i + 1 < curve.size(); ++i)
    if (position(curve[i]) >= position(kept.back()) + step) kept.push_back(curve[i]);
  kept.push_back(curve.back());
  return kept;
}

constexpr std::size_t n_partner_draw = 64;

/// Uniform in [0, n).
std::size_t draw_below(physics::CounterRandom& random, std::size_t n) {
  return std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
}

/// A random order, drawn anew (Fisher-Yates) while it leaves every coefficient where it was.
Eigen::VectorXcd permuted(const Eigen::VectorXcd& c, physics::CounterRandom random) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(c.size()));
  do {
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[draw_below(random, i + 1)]);
  } while (order.size() > 1 && std::is_sorted(order.begin(), order.end()));
  return c(order);
}

/// B1 and off-resonance are properties of a place: two tissues of one voxel share them. Fields that the fingerprints do not
/// name are the same everywhere.
class Fields {
 public:
  explicit Fields(const physics::Dataset& set) : tr_s_(set.tr_s) {
    const auto of = [&](physics::Parameter parameter) {
      return set.values(physics::name(parameter)).value_or(Eigen::ArrayXd::Zero(set.coefficients.cols()));
    };
    omega0_rad_s_ = of(physics::Parameter::omega0_rad_s);
    b1_rel_ = of(physics::Parameter::b1_rel);
  }

  double distance(std::size_t a, std::size_t b) const {
    const auto i = static_cast<Eigen::Index>(a), j = static_cast<Eigen::Index>(b);
    const double cycles = (omega0_rad_s_[i] - omega0_rad_s_[j]) * tr_s_ / (2 * std::numbers::pi);
    return std::abs(cycles - std::round(cycles)) + std::abs(b1_rel_[i] - b1_rel_[j]);
  }

 private:
  double tr_s_;
  Eigen::ArrayXd omega0_rad_s_, b1_rel_;
};

Eigen::VectorXcd two_compartments(const physics::Dataset& set, const Fields& fields, std::size_t f,
                                  physics::CounterRandom random) {
  const double weight = 0.25 + 0.5 * random.uniform();
  std::size_t partner = f;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n_partner_draw; ++i) {
    const std::size_t candidate = draw_below(random, set.size());
    const double distance = fields.distance(f, candidate);
    if (candidate == f || distance >= nearest) continue;
    nearest = distance;
    partner = candidate;
  }
  const auto a = static_cast<Eigen::Index>(f), b = static_cast<Eigen::Index>(partner);
  return weight * set.coefficients.col(a) + (1 - weight) * set.coefficients.col(b);
}

class Scorer {
 public:
  Scorer(const Program& program, const physics::Dataset& dataset, const AtypicalityOptions& options)
      : options_(options), runner_(program, options.isa), noise_(dataset, options.seed) {}

  /// variant keeps the noise of different kinds apart.
  template <class Coefficients>
  std::vector<float> scores(std::size_t n, std::uint32_t variant, const Coefficients& coefficients) {
    std::vector<float> scores(n);
    for (std::size_t f = 0; f < n; ++f) {
      auto random = noise_.stream(f, Condition::atypicality, variant);
      runner_.run(noise_.voxel(coefficients(f), options_.snr, random), noise_.sigma());
      scores[f] = runner_.atypicality(0);
    }
    return scores;
  }
  physics::CounterRandom stream(std::size_t f, Condition condition) const { return noise_.stream(f, condition); }

 private:
  const AtypicalityOptions& options_;
  ModelRunner runner_;
  FingerprintNoise noise_;
};

double share_above(const std::vector<float>& scores, double threshold) {
  const auto n = std::count_if(scores.begin(), scores.end(), [&](float s) { return s > threshold; });
  return static_cast<double>(n) / static_cast<double>(scores.size());
}

}  // namespace

Roc roc(std::vector<float> typical, std::vector<float> atypical, std::size_t max_points) {
  std::sort(typical.begin(), typical.end(), std::greater<>());
  std::sort(atypical.begin(), atypical.end(), std::greater<>());
  const std::vector<RocPoint> curve = whole_curve(typical, atypical);
  return {area_of(curve), thinned(curve, max_points)};
}

AtypicalityResult measure_atypicality(const Program& program, const physics::Dataset& dataset,
                                      const std::vector<OtherSet>& others, const AtypicalityOptions& options) {
  using Coefficients = std::function<Eigen::VectorXcd(std::size_t)>;
  Scorer scorer(program, dataset, options);
  const auto column = [&](std::size_t f) { return Eigen::VectorXcd(dataset.coefficients.col(static_cast<Eigen::Index>(f))); };
  const Fields fields(dataset);
  std::uint32_t variant = 0;
  const std::vector<float> typical = scorer.scores(options.count, variant++, column);

  const double threshold = program.atypicality->threshold;
  AtypicalityResult result{options.snr, threshold, options.count, share_above(typical, threshold), {}};
  const auto add = [&](const std::string& name, std::size_t n, const Coefficients& coefficients) {
    const std::vector<float> scores = scorer.scores(n, variant++, coefficients);
    result.kinds.push_back({name, n, roc(typical, scores), share_above(scores, threshold)});
  };
  add("permuted", options.count, [&](std::size_t f) { return permuted(column(f), scorer.stream(f, Condition::permutation)); });
  add("reversed", options.count, [&](std::size_t f) { return Eigen::VectorXcd(column(f).reverse()); });
  add("noise", options.count, [&](std::size_t) { return Eigen::VectorXcd(Eigen::VectorXcd::Zero(program.n_coeff)); });
  add("two_compartments", options.count,
      [&](std::size_t f) { return two_compartments(dataset, fields, f, scorer.stream(f, Condition::partner)); });
  for (const OtherSet& other : others)
    add(other.name, static_cast<std::size_t>(other.coefficients.cols()),
        [&](std::size_t f) { return Eigen::VectorXcd(other.coefficients.col(static_cast<Eigen::Index>(f))); });
  return result;
}

}  // namespace crbrt::evaluation
