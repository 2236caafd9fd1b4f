// SPDX-License-Identifier: Apache-2.0
// Medians and quantiles, because bounds of one prior differ by orders of magnitude.
#include "tools/evaluation/encoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crbrt::evaluation {
namespace {

using Indices = std::vector<std::size_t>;

BoundSummary summary_of(const Targets& targets, Eigen::Index j, const Indices& fingerprints) {
  std::vector<double> roots, relative, truth;
  for (const std::size_t f : fingerprints) {
    const auto column = static_cast<Eigen::Index>(f);
    roots.push_back(std::sqrt(targets.bound(j, column)));
    truth.push_back(targets.truth(j, column));
    if (truth.back() != 0) relative.push_back(roots.back() / std::abs(truth.back()));
  }
  BoundSummary summary{.count = roots.size(), .prior = spread_of(truth)};
  std::sort(roots.begin(), roots.end());
  std::sort(relative.begin(), relative.end());
  if (roots.empty()) return summary;
  summary.sqrt_crb_low = quantile(roots, 0.1);
  summary.sqrt_crb = quantile(roots, 0.5);
  summary.sqrt_crb_high = quantile(roots, 0.9);
  summary.relative = relative.empty() ? std::numeric_limits<double>::quiet_NaN() : quantile(relative, 0.5);
  return summary;
}

/// Of the constant that has the least: the mean of the truth with weights 1 / CRB.
double loss_of_a_guess(const Targets& targets, Eigen::Index j, const Indices& fingerprints) {
  double weight = 0, weighted = 0, loss = 0;
  for (const std::size_t f : fingerprints) {
    const auto column = static_cast<Eigen::Index>(f);
    weight += 1 / targets.bound(j, column);
    weighted += targets.truth(j, column) / targets.bound(j, column);
  }
  for (const std::size_t f : fingerprints) {
    const auto column = static_cast<Eigen::Index>(f);
    const double error = targets.truth(j, column) - weighted / weight;
    loss += error * error / targets.bound(j, column);
  }
  return loss / static_cast<double>(fingerprints.size());
}

double log_density(const physics::Marginal& marginal, double rate) {
  constexpr double impossible = -std::numeric_limits<double>::infinity();
  const double value = marginal.as_time ? 1 / rate : rate;
  // A value went through a file as the inverse of its inverse.
  const double slack = 1e-9 * std::max(std::abs(marginal.minimum), std::abs(marginal.maximum));
  if (value < marginal.minimum - slack || value > marginal.maximum + slack) return impossible;
  // The density of the rate: that of the time times |dT / dR| = T^2.
  const double to_rate = marginal.as_time ? 2 * std::log(value) : 0;
  switch (marginal.kind) {
    case physics::Marginal::Kind::fixed:
      return 50;  // a value that only a fixed one has: far above any density, and the same for all classes that fix it
    case physics::Marginal::Kind::uniform:
      return to_rate - (marginal.maximum > marginal.minimum ? std::log(marginal.maximum - marginal.minimum) : 0);
    case physics::Marginal::Kind::gaussian: {
      const double z = (value - marginal.mean) / marginal.std;
      return to_rate - z * z / 2 - std::log(marginal.std * marginal.share(marginal.minimum, marginal.maximum));
    }
  }
  return impossible;
}

}  // namespace

double BoundSummary::in_widths(double snr) const {
  return prior.width > 0 ? sqrt_crb / snr / prior.width : std::numeric_limits<double>::infinity();
}

double BoundSummary::ideal_data_share(double snr) const {
  const double ratio = in_widths(snr);
  return 1 / (1 + ratio * ratio);
}

std::size_t most_likely_class(const physics::Prior& prior, const physics::Tissue& tissue) {
  const auto values = tissue.values();
  std::size_t best = 0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < prior.classes.size(); ++c) {
    double density = std::log(prior.classes[c].weight);
    for (std::size_t p = 0; p < physics::n_parameter; ++p) {
      const bool follows = p == static_cast<std::size_t>(physics::Parameter::r1_semi_hz) &&
                           prior.t1_model == physics::T1Model::apparent;  // it is r1_free_hz
      if (!follows) density += log_density(prior.classes[c].marginal[p], values[p]);
    }
    if (density <= highest) continue;
    highest = density;
    best = c;
  }
  return best;
}

Encoding encoding_of(const physics::Dataset& dataset, const Targets& targets, const physics::Prior* prior) {
  Encoding encoding;
  encoding.is_prior_known = prior != nullptr;
  Indices usable;
  for (std::size_t f = 0; f < targets.size(); ++f)
    if (targets.usable(f)) usable.push_back(f);
  encoding.fingerprints = usable.size();
  encoding.dropped = targets.size() - usable.size();
  std::vector<Indices> of_class(prior == nullptr ? 0 : prior->classes.size());
  if (of_class.size() > 1 && !dataset.foreign)
    for (const std::size_t f : usable) of_class[most_likely_class(*prior, dataset.tissues[f])].push_back(f);
  for (std::size_t j = 0; j < targets.n_output(); ++j) {
    const auto row = static_cast<Eigen::Index>(j);
    OutputEncoding output{targets.names[j], targets.units[j], summary_of(targets, row, usable), {}, 0};
    output.guess = usable.empty() ? 0 : loss_of_a_guess(targets, row, usable);
    for (std::size_t c = 0; c < of_class.size(); ++c)
      if (!of_class[c].empty()) output.classes.push_back({prior->classes[c].name, summary_of(targets, row, of_class[c])});
    encoding.outputs.push_back(std::move(output));
  }
  encoding.parts = parts_of(dataset, targets);
  return encoding;
}

}  // namespace crbrt::evaluation
