// SPDX-License-Identifier: Apache-2.0
// The names are those of the table of quantities, so that r1 has its own name in each T1 model.
#include "physics/unknowns.h"

#include <algorithm>

#include "physics/quantity.h"

namespace crbrt::physics {

Unknowns::Unknowns(T1Model model) : Unknowns(model, {}) {}

Unknowns::Unknowns(T1Model model, const std::vector<Parameter>& known) : model_(model) {
  for (std::size_t p = 0; p < n_parameter; ++p) {
    const auto parameter = static_cast<Parameter>(p);
    const bool follows = model == T1Model::apparent && parameter == Parameter::r1_semi_hz;
    if (!follows && std::find(known.begin(), known.end(), parameter) == known.end()) parameters_.push_back(parameter);
  }
}

std::optional<Unknowns> Unknowns::from_names(T1Model model, const std::vector<std::string>& names) {
  std::vector<Parameter> known;
  for (const Quantity& quantity : quantities())
    if (quantity.form == Form::parameter && quantity.is_of(model) &&
        std::find(names.begin(), names.end(), quantity.key) == names.end())
      known.push_back(quantity.parameter);
  Unknowns unknowns(model, known);
  if (unknowns.names() != names) return std::nullopt;
  return unknowns;
}

bool Unknowns::is_whole() const noexcept { return size() == (model_ == T1Model::apparent ? n_parameter - 1 : n_parameter); }

std::optional<Eigen::Index> Unknowns::index_of(Parameter parameter) const noexcept {
  const auto at = std::find(parameters_.begin(), parameters_.end(), parameter);
  if (at == parameters_.end()) return std::nullopt;
  return at - parameters_.begin();
}

std::vector<std::string> Unknowns::names() const {
  std::vector<std::string> names;
  for (const Quantity& quantity : quantities())
    if (quantity.form == Form::parameter && quantity.is_of(model_) && has(quantity.parameter)) names.emplace_back(quantity.key);
  return names;
}

Eigen::MatrixXcd Unknowns::columns(const Eigen::Ref<const Eigen::MatrixXcd>& jacobian) const {
  Eigen::MatrixXcd columns(jacobian.rows(), static_cast<Eigen::Index>(size()));
  for (std::size_t u = 0; u < size(); ++u) {
    const auto to = static_cast<Eigen::Index>(u);
    columns.col(to) = jacobian.col(static_cast<Eigen::Index>(parameters_[u]));
    if (model_ == T1Model::apparent && parameters_[u] == Parameter::r1_free_hz)  // both rates move together
      columns.col(to) += jacobian.col(static_cast<Eigen::Index>(Parameter::r1_semi_hz));
  }
  return columns;
}

}  // namespace crbrt::physics
