// SPDX-License-Identifier: Apache-2.0
// Ranges from marginals, which describe a rate or its time, or from the values of a dictionary.
#include "tools/make/outputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/nearest.h"
#include "physics/estimand.h"
#include "physics/quantity.h"

namespace crbrt::make {
namespace {

using physics::Form;
using physics::Marginal;
using physics::Quantity;

struct Range {
  double low, high;
};

/// Of the number that the marginal describes.
Range described(const Marginal& m) {
  constexpr double most_std = 6;
  if (m.kind != Marginal::Kind::gaussian) return {m.minimum, m.maximum};
  return {std::max(m.minimum, m.mean - most_std * m.std), std::min(m.maximum, m.mean + most_std * m.std)};
}

Range range_of(const Quantity& quantity, const physics::TissueClass& tissue) {
  if (quantity.form == Form::signal_norm) return {0, 1};
  const Marginal& m = tissue.marginal[static_cast<std::size_t>(quantity.parameter)];
  Range range = described(m);
  if (m.as_time != (quantity.form == Form::inverse)) {
    const auto inverse = [](double x) { return x > 0 ? 1 / x : std::numeric_limits<double>::infinity(); };
    range = {inverse(range.high), inverse(range.low)};
  }
  return range;
}

/// Two digits, away from the range.
double rounded(double x, bool up) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(x))) - 1);
  return (up ? std::ceil(x / unit - 1e-9) : std::floor(x / unit + 1e-9)) * unit;
}

/// A tenth to either side, and below zero only where some values are.
Output with_margin(const std::string& name, const Range& range) {
  const double margin = (range.high - range.low) / 10;
  const double low = range.low >= 0 ? std::max(0.0, range.low - margin) : range.low - margin;
  return {name, rounded(low, false), rounded(range.high + margin, true)};
}

Output output_of(const Quantity& quantity, const physics::Prior& prior) {
  Range all{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const physics::TissueClass& tissue : prior.classes) {
    const Range range = range_of(quantity, tissue);
    all = {std::min(all.low, range.low), std::max(all.high, range.high)};
  }
  all.high = std::min(all.high, quantity.plausible.high);
  return with_margin(std::string(quantity.key), all);
}

/// Whether every tissue of the prior has the same value.
bool is_fixed(const Quantity& quantity, const physics::Prior& prior) {
  if (quantity.form == Form::signal_norm) return false;
  const Range first = range_of(quantity, prior.classes.front());
  return std::all_of(prior.classes.begin(), prior.classes.end(), [&](const physics::TissueClass& tissue) {
    const Range range = range_of(quantity, tissue);
    return range.low == range.high && range.low == first.low;
  });
}

/// Throws UsageError.
const Quantity& wanted_quantity(const std::string& name, physics::T1Model model) {
  const auto estimand = physics::Estimand::from_name(name);
  if (!estimand) {
    const std::vector<std::string> names = physics::Estimand::all_names();
    const std::vector<std::string_view> known(names.begin(), names.end());
    throw base::UsageError("--outputs: expected names of docs/quantities.md, found " + base::with_nearest(name, known));
  }
  if (!estimand->has_bound(model))
    throw base::UsageError("--outputs: " + name + " is of another T1 model than that of the prior, " +
                           std::string(physics::name(model)));
  return *physics::find_quantity(name);
}

/// Of the rows with a number.
Range range_of(const simulate::ForeignHead& dictionary, Eigen::Index row) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : dictionary.parameters.row(row))
    if (std::isfinite(value)) range = {std::min(range.low, value), std::max(range.high, value)};
  return range;
}

bool is_of_signal(const std::string& name) {
  const auto estimand = physics::Estimand::from_name(name);
  return estimand && estimand->is_of_signal();
}

}  // namespace

std::vector<Output> outputs_of(const simulate::ForeignHead& dictionary, const std::vector<std::string>& wanted) {
  std::vector<Output> outputs;
  for (const std::string& name : wanted.empty() ? dictionary.unknowns : wanted) {
    if (is_of_signal(name)) {
      outputs.push_back(with_margin(name, {0, simulate::largest_signal_norm(dictionary)}));
      continue;
    }
    const auto& unknowns = dictionary.unknowns;
    if (std::find(unknowns.begin(), unknowns.end(), name) == unknowns.end()) {
      const std::vector<std::string_view> known(unknowns.begin(), unknowns.end());
      throw base::DisagreementError(dictionary.path, "an unknown parameter that --outputs asks for",
                                    base::with_nearest(name, known));
    }
    const Range range = range_of(dictionary, *dictionary.row_of(name));
    if (range.low < range.high)
      outputs.push_back(with_margin(name, range));
    else if (!wanted.empty())
      throw base::DisagreementError(dictionary.path, "different values of " + name + ", which --outputs asks for", "one value");
  }
  if (outputs.empty()) throw base::DisagreementError(dictionary.path, "unknown parameters that vary", "none");
  return outputs;
}

std::vector<Output> outputs_of(const physics::Prior& prior, const std::string& prior_file,
                               const std::vector<std::string>& wanted) {
  std::vector<Output> outputs;
  const bool is_apparent = prior.t1_model == physics::T1Model::apparent;
  const std::vector<std::string> usual{"m0_semi_frac", is_apparent ? "t1_apparent_s" : "t1_free_s", "t2_free_s"};
  for (const std::string& name : wanted.empty() ? usual : wanted) {
    const Quantity& quantity = wanted_quantity(name, prior.t1_model);
    if (!is_fixed(quantity, prior))
      outputs.push_back(output_of(quantity, prior));
    else if (!wanted.empty())
      throw base::DisagreementError(prior_file, "a distribution of " + name + ", which --outputs asks for",
                                    "one value for all tissues");
  }
  if (outputs.empty())
    throw base::DisagreementError(prior_file, "a distribution of pool size, T1 or T2 (or --outputs)", "one value for each");
  return outputs;
}

}  // namespace crbrt::make
