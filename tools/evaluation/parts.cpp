// SPDX-License-Identifier: Apache-2.0
// Parts have equal counts, so that each number in the end stands for as many fingerprints as any other.
#include "tools/evaluation/parts.h"

#include <algorithm>
#include <cmath>

#include "base/median.h"
#include "physics/quantity.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n_part = 5;

/// How people read one of our parameters: as the output that it is, else as a time, else as it is.
std::string name_for_people(const std::string& unknown, const Targets& targets, physics::T1Model t1_model) {
  const physics::Quantity& own = *physics::find_quantity(unknown);
  const auto is_of_same = [&](const physics::Quantity& q) {
    return q.is_estimand() && q.form != physics::Form::signal_norm && q.parameter == own.parameter && q.is_of(t1_model);
  };
  for (const std::string& output : targets.names)
    if (const physics::Quantity* q = physics::find_quantity(output); q != nullptr && is_of_same(*q)) return output;
  for (const physics::Quantity& q : physics::quantities())
    if (q.form == physics::Form::inverse && is_of_same(q)) return std::string(q.key);
  return unknown;
}

/// Names and units of what the bounds treat as unknown.
std::vector<ParameterValues> unknowns_of(const physics::Dataset& dataset, const Targets& targets) {
  std::vector<ParameterValues> all;
  for (const std::string& unknown : dataset.bound_names()) {
    if (dataset.foreign) {
      const auto& names = dataset.foreign->names;
      const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), unknown) - names.begin());
      all.push_back({unknown, dataset.foreign->units.at(at), {}});
    } else {
      const std::string name = name_for_people(unknown, targets, dataset.unknowns.t1_model());
      all.push_back({name, std::string(physics::find_quantity(name)->unit), {}});
    }
  }
  return all;
}

std::vector<Part> split(const std::vector<double>& values, const Targets& targets) {
  std::vector<std::size_t> order;
  for (std::size_t f = 0; f < values.size(); ++f)
    if (targets.usable(f) && std::isfinite(values[f])) order.push_back(f);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<Part> parts;
  std::size_t begin = 0;
  for (std::size_t p = 1; p <= n_part; ++p) {
    std::size_t end = p * order.size() / n_part;
    if (end <= begin) continue;
    while (end < order.size() && values[order[end]] == values[order[end - 1]]) ++end;
    Part part{.low = values[order[begin]], .high = values[order[end - 1]]};
    for (; begin < end; ++begin) part.fingerprints.push_back(order[begin]);
    parts.push_back(std::move(part));
  }
  return parts;
}

double mean_in(const Part& part, const Eigen::ArrayXXd& scores, Eigen::Index j) {
  double sum = 0;
  for (const std::size_t f : part.fingerprints) sum += scores(j, static_cast<Eigen::Index>(f));
  return sum / static_cast<double>(part.fingerprints.size());
}

double median_sqrt_bound(const Part& part, const Targets& targets, Eigen::Index j) {
  std::vector<double> roots;
  for (const std::size_t f : part.fingerprints) roots.push_back(std::sqrt(targets.bound(j, static_cast<Eigen::Index>(f))));
  return base::median(roots);
}

}  // namespace

std::vector<ParameterValues> varying_parameters(const physics::Dataset& dataset, const Targets& targets) {
  std::vector<ParameterValues> all;
  for (ParameterValues& parameter : unknowns_of(dataset, targets)) {
    const auto values = dataset.values(parameter.name);
    if (!values || targets.size() == 0) continue;
    parameter.values.assign(values->begin(), values->begin() + static_cast<std::ptrdiff_t>(targets.size()));
    const auto [least, most] = std::minmax_element(parameter.values.begin(), parameter.values.end());
    if (*least < *most) all.push_back(std::move(parameter));
  }
  return all;
}

std::vector<PartedParameter> parts_of(const physics::Dataset& dataset, const Targets& targets) {
  std::vector<PartedParameter> parted;
  for (const ParameterValues& parameter : varying_parameters(dataset, targets)) {
    std::vector<Part> parts = split(parameter.values, targets);
    if (parts.size() < 2) continue;
    for (Part& part : parts)
      for (Eigen::Index j = 0; j < targets.bound.rows(); ++j)
        part.median_sqrt_crb.push_back(median_sqrt_bound(part, targets, j));
    parted.push_back({parameter.name, parameter.unit, std::move(parts)});
  }
  return parted;
}

void measure_parts(std::vector<PartedParameter>& parameters, const Eigen::ArrayXXd& bias2_over_crb,
                   const Eigen::ArrayXXd& var_over_crb) {
  const Eigen::ArrayXXd loss = bias2_over_crb + var_over_crb;
  for (PartedParameter& parameter : parameters)
    for (Part& part : parameter.parts) {
      part.loss.clear();
      part.bias2_over_crb.clear();
      for (Eigen::Index j = 0; j < loss.rows(); ++j) {
        part.loss.push_back(mean_in(part, loss, j));
        part.bias2_over_crb.push_back(mean_in(part, bias2_over_crb, j));
      }
    }
}

}  // namespace crbrt::evaluation
