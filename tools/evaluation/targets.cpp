// SPDX-License-Identifier: Apache-2.0
// A fingerprint counts for all outputs or for none, so that means over outputs compare like with like.
#include "tools/evaluation/targets.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace crbrt::evaluation {
namespace {

/// One estimate in seconds is another one in milliseconds.
void expect_unit(const Output& output, const physics::Target& target, const std::string& model_path) {
  if (target.unit != output.unit)
    throw base::DisagreementError(model_path, target.name + " in " + target.unit + " as in the data set", output.unit);
}

}  // namespace

void expect_bounds(const Program& program, const physics::Dataset& dataset, const std::string& model_path,
                   const std::string& dataset_path) {
  for (std::uint32_t j = 0; j < program.n_output; ++j)
    expect_unit(program.outputs[j], dataset.target(program.outputs[j].name, dataset_path), model_path);
}

std::size_t Targets::n_usable() const {
  std::size_t n = 0;
  for (std::size_t f = 0; f < size(); ++f) n += usable(f) ? 1 : 0;
  return n;
}

Targets targets_of(const Program& program, const physics::Dataset& dataset, std::size_t count, const std::string& model_path) {
  if (static_cast<Eigen::Index>(program.n_coeff) != dataset.coefficients.rows())
    throw base::DisagreementError(model_path,
                                  std::to_string(dataset.coefficients.rows()) + " coefficients per voxel as in the data set",
                                  std::to_string(program.n_coeff));
  std::vector<std::string> outputs;
  for (std::uint32_t j = 0; j < program.n_output; ++j) outputs.emplace_back(program.outputs[j].name);
  return targets_of(outputs, dataset, count, model_path);
}

Targets targets_of(const std::vector<std::string>& outputs, const physics::Dataset& dataset, std::size_t count,
                   const std::string& path) {
  Targets targets;
  const auto n_output = static_cast<Eigen::Index>(outputs.size()), n = static_cast<Eigen::Index>(count);
  targets.truth.resize(n_output, n);
  targets.bound.resize(n_output, n);
  for (Eigen::Index j = 0; j < n_output; ++j) {
    const physics::Target target = dataset.target(outputs[static_cast<std::size_t>(j)], path);
    targets.names.push_back(target.name);
    targets.units.push_back(target.unit);
    targets.truth.row(j) = target.value.head(n).transpose();
    targets.bound.row(j) = target.bound.head(n).transpose();
  }
  for (Eigen::Index f = 0; f < n; ++f) {
    const bool finite = targets.bound.col(f).isFinite().all() && targets.truth.col(f).isFinite().all();
    if (!finite || targets.bound.col(f).minCoeff() <= 0) targets.bound.col(f).setConstant(std::nan(""));
  }
  return targets;
}

}  // namespace crbrt::evaluation
