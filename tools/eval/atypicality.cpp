// Every kind makes other coefficients out of a fingerprint; phase, noise and score are the same code for all.
#include "tools/eval/atypicality.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

#include "tools/eval/fingerprint_noise.h"
#include "tools/eval/model_runner.h"

namespace crbrt::evaluation {
namespace {

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

/// B1 and off-resonance are properties of a place: two tissues of one voxel share them.
double field_distance(const physics::Tissue& a, const physics::Tissue& b, double tr_s) {
  const double cycles = (a.omega0_rad_s - b.omega0_rad_s) * tr_s / (2 * std::numbers::pi);
  return std::abs(cycles - std::round(cycles)) + std::abs(a.b1_rel - b.b1_rel);
}

Eigen::VectorXcd two_compartments(const physics::Dataset& set, std::size_t f, physics::CounterRandom random) {
  const double weight = 0.25 + 0.5 * random.uniform();
  std::size_t partner = f;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n_partner_draw; ++i) {
    const std::size_t candidate = draw_below(random, set.size());
    const double distance = field_distance(set.tissues[f], set.tissues[candidate], set.tr_s);
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

AtypicalityResult measure_atypicality(const Program& program, const physics::Dataset& dataset,
                                      const std::vector<OtherSet>& others, const AtypicalityOptions& options) {
  using Coefficients = std::function<Eigen::VectorXcd(std::size_t)>;
  Scorer scorer(program, dataset, options);
  const auto column = [&](std::size_t f) { return Eigen::VectorXcd(dataset.coefficients.col(static_cast<Eigen::Index>(f))); };
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
      [&](std::size_t f) { return two_compartments(dataset, f, scorer.stream(f, Condition::partner)); });
  for (const OtherSet& other : others)
    add(other.name, static_cast<std::size_t>(other.coefficients.cols()),
        [&](std::size_t f) { return Eigen::VectorXcd(other.coefficients.col(static_cast<Eigen::Index>(f))); });
  return result;
}

}  // namespace crbrt::evaluation
