// SPDX-License-Identifier: Apache-2.0
// What the outputs of a model are measured against, whoever simulated the fingerprints.
#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "physics/io/dataset.h"
#include "physics/quantity.h"

namespace crbrt::physics {
namespace {

std::optional<Eigen::Index> index_of(const std::vector<std::string>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return at - names.begin();
}

bool is_signal_norm(std::string_view name) {
  const auto estimand = Estimand::from_name(name);
  return estimand && estimand->is_of_signal();
}

/// All that could have been meant.
std::vector<std::string> names_of(const Dataset& set) {
  if (!set.foreign) return Estimand::all_names();
  std::vector<std::string> names = set.foreign->names;
  for (const Quantity& quantity : quantities())
    if (quantity.form == Form::signal_norm) names.emplace_back(quantity.key);
  return names;
}

}  // namespace

TissueBounds Dataset::bounds(Eigen::Index fingerprint) const {
  TissueBounds bounds{.crb = crb.col(fingerprint)};
  if (signal_per_m0_crb) bounds.signal_per_m0_crb = (*signal_per_m0_crb)[fingerprint];
  return bounds;
}

std::optional<Eigen::ArrayXd> Dataset::values(std::string_view name) const {
  if (is_signal_norm(name)) {
    Eigen::ArrayXd norms(coefficients.cols());
    for (Eigen::Index i = 0; i < norms.size(); ++i) norms[i] = signal_norm(i);
    return norms;
  }
  if (foreign) {
    const auto row = index_of(foreign->names, name);
    if (!row) return std::nullopt;
    return foreign->values.row(*row).transpose();
  }
  const auto estimand = Estimand::from_name(name);
  if (!estimand) return std::nullopt;
  Eigen::ArrayXd values(coefficients.cols());
  for (Eigen::Index i = 0; i < values.size(); ++i)
    values[i] = estimand->value(tissues[static_cast<std::size_t>(i)], no_signal_norm);
  return values;
}

std::string why_no_target(const Dataset& set, const std::string& name) {
  const std::vector<std::string> known = names_of(set);
  if (std::find(known.begin(), known.end(), name) == known.end())
    return "no such quantity, " + base::with_nearest(name, std::vector<std::string_view>(known.begin(), known.end()));
  if (is_signal_norm(name)) {
    if (set.signal_per_m0_crb) return "";
    return "none: no /signal_per_m0_crb in the file (simulate it again)";
  }
  if (set.foreign) return index_of(set.foreign->unknowns, name) ? "" : "none: it is known, not estimated";
  const Estimand estimand = *Estimand::from_name(name);
  if (estimand.has_bound(set.unknowns)) return "";
  const T1Model model = set.unknowns.t1_model();
  return estimand.has_bound(model) ? "none: the prior fixes it" : "bounds with " + std::string(physics::name(model)) + " T1";
}

Target Dataset::target(const std::string& name, const std::string& path) const {
  if (const std::string found = why_no_target(*this, name); !found.empty())
    throw base::DisagreementError(path, "a data set with a bound for the output " + name, found);
  Target target{name, {}, *values(name), Eigen::ArrayXd(coefficients.cols())};
  if (foreign && !is_signal_norm(name)) {
    target.unit = foreign->units[static_cast<std::size_t>(*index_of(foreign->names, name))];
    target.bound = crb.row(*index_of(foreign->unknowns, name)).transpose();
    return target;
  }
  const Estimand estimand = *Estimand::from_name(name);
  target.unit = estimand.unit();
  if (estimand.is_of_signal()) {
    target.bound = *signal_per_m0_crb;
    return target;
  }
  for (Eigen::Index i = 0; i < target.bound.size(); ++i)
    target.bound[i] = estimand.bound(tissues[static_cast<std::size_t>(i)], bounds(i), unknowns);
  return target;
}

void expect_known_unit(const std::string& path, const std::string& name, const std::string& unit) {
  const Quantity* const known = find_quantity(name);
  if (known != nullptr && known->unit != unit)
    throw base::InputError(path, name + " in " + std::string(known->unit) + ", as that name means (or another name)", unit);
}

}  // namespace crbrt::physics
