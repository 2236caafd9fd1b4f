// SPDX-License-Identifier: Apache-2.0
/// Which tissue parameters a bound or a fit has to find out, beside the complex M0: those of the T1 model, without those that
/// are known.
#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "physics/tissue.h"

namespace crbrt::physics {

class Unknowns {
 public:
  /// All parameters of the model. apparent (7): r1_free_hz and r1_semi_hz are the one unknown r1_apparent_hz. separate: 8.
  Unknowns(T1Model model);  // NOLINT(*-explicit-*): a T1 model means its unknowns wherever nothing is known
  /// Without the known ones. r1_semi_hz of T1Model::apparent follows r1_free_hz.
  Unknowns(T1Model model, const std::vector<Parameter>& known);
  /// Empty unless the names are unknowns of the model, in their order.
  static std::optional<Unknowns> from_names(T1Model model, const std::vector<std::string>& names);

  T1Model t1_model() const noexcept { return model_; }
  std::size_t size() const noexcept { return parameters_.size(); }
  bool is_whole() const noexcept;  ///< nothing is known
  /// In the order of Parameter; r1_free_hz stands for r1_apparent_hz.
  const std::vector<Parameter>& parameters() const noexcept { return parameters_; }
  bool has(Parameter parameter) const noexcept { return index_of(parameter).has_value(); }
  std::optional<Eigen::Index> index_of(Parameter parameter) const noexcept;
  /// "m0_semi_frac", "r1_apparent_hz", ...: the order of every vector of bounds.
  std::vector<std::string> names() const;

  /// d signal / d unknown [n, size()] from d signal / d parameter [n, n_parameter].
  Eigen::MatrixXcd columns(const Eigen::Ref<const Eigen::MatrixXcd>& jacobian) const;

  friend bool operator==(const Unknowns& a, const Unknowns& b) noexcept = default;

 private:
  T1Model model_;
  std::vector<Parameter> parameters_;
};

}  // namespace crbrt::physics
