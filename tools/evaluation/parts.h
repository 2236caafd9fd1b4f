// SPDX-License-Identifier: Apache-2.0
/// Fifths of the space of parameters: how a model does, and what the bound is, where one parameter is small, medium or large.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

/// A parameter of the data set, SI.
struct ParameterValues {
  std::string name, unit;
  std::vector<double> values;  ///< [n_fingerprint]
};

/// Those that vary and that the bounds treat as unknown, as the time of a rate unless an output is that rate: people read T1.
/// For the first `targets.size()` fingerprints.
std::vector<ParameterValues> varying_parameters(const physics::Dataset& dataset, const Targets& targets);

/// The fingerprints whose parameter lies in [low, high].
struct Part {
  double low = 0, high = 0;
  std::vector<std::size_t> fingerprints{};       ///< that have a bound
  std::vector<double> median_sqrt_crb{};         ///< per output at M0 = sigma = 1, SI
  std::vector<double> loss{}, bias2_over_crb{};  ///< per output, means at one SNR; empty until a model was measured
};

/// At most five parts of equal count, rising; values that many fingerprints share are not torn apart.
struct PartedParameter {
  std::string name, unit;
  std::vector<Part> parts;
};

/// With bounds. A parameter that does not split into two parts is left out.
std::vector<PartedParameter> parts_of(const physics::Dataset& dataset, const Targets& targets);

/// Fills loss and bias2_over_crb, from errors over the bound [n_output, n_fingerprint].
void measure_parts(std::vector<PartedParameter>& parameters, const Eigen::ArrayXXd& bias2_over_crb,
                   const Eigen::ArrayXXd& var_over_crb);

}  // namespace crbrt::evaluation
