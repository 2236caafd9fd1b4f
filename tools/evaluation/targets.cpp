// A fingerprint counts for all outputs or for none, so that means over outputs compare like with like.
#include "tools/evaluation/targets.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace crbrt::evaluation {
namespace {

std::vector<physics::Estimand> estimands_of(const Program& program, const std::string& model_path) {
  std::vector<physics::Estimand> estimands;
  for (std::uint32_t j = 0; j < program.n_output; ++j) {
    const auto estimand = physics::Estimand::from_name(program.outputs[j].name);
    if (!estimand) throw base::DisagreementError(model_path, "outputs with a known bound", program.outputs[j].name);
    estimands.push_back(*estimand);
  }
  return estimands;
}

void expect_bounds_of(const std::vector<physics::Estimand>& estimands, const physics::Dataset& dataset,
                      const std::string& path) {
  for (const physics::Estimand& estimand : estimands)
    if (const std::string found = physics::why_no_bound(dataset, estimand); !found.empty())
      throw base::DisagreementError(path, "a data set with a bound for the output " + estimand.name(), found);
}

}  // namespace

void expect_bounds(const Program& program, const physics::Dataset& dataset, const std::string& model_path,
                   const std::string& dataset_path) {
  expect_bounds_of(estimands_of(program, model_path), dataset, dataset_path);
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
  Targets targets{estimands_of(program, model_path), {}, {}};
  expect_bounds_of(targets.estimands, dataset, model_path);
  const auto n_output = static_cast<Eigen::Index>(targets.n_output()), n = static_cast<Eigen::Index>(count);
  targets.truth.resize(n_output, n);
  targets.bound.resize(n_output, n);
  for (Eigen::Index f = 0; f < n; ++f) {
    const physics::Tissue& tissue = dataset.tissues[static_cast<std::size_t>(f)];
    const physics::TissueBounds bounds = dataset.bounds(f);
    for (Eigen::Index j = 0; j < n_output; ++j) {
      const physics::Estimand& estimand = targets.estimands[static_cast<std::size_t>(j)];
      targets.truth(j, f) = estimand.value(tissue, dataset.signal_norm(f));
      targets.bound(j, f) = estimand.bound(tissue, bounds, dataset.t1_model);
    }
    const bool finite = targets.bound.col(f).isFinite().all() && targets.truth.col(f).isFinite().all();
    if (!finite || targets.bound.col(f).minCoeff() <= 0) targets.bound.col(f).setConstant(std::nan(""));
  }
  return targets;
}

}  // namespace crbrt::evaluation
