// SPDX-License-Identifier: Apache-2.0
/// What a pulse train and a prior say of each output before any training: the Cramér-Rao bound in units, relative to the value,
/// and in widths of the prior; and what a guess that ignores the data would reach.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "physics/prior.h"
#include "tools/evaluation/parts.h"
#include "tools/evaluation/spread.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

/// Bounds of one output over some fingerprints. Roots of bounds are those at M0 = sigma = 1, in SI: divide by the SNR.
struct BoundSummary {
  std::size_t count = 0;                                     ///< fingerprints with a bound
  Spread prior;                                              ///< of the output's true values
  double sqrt_crb_low = 0, sqrt_crb = 0, sqrt_crb_high = 0;  ///< 10th percentile, median, 90th
  double relative = 0;                                       ///< median of sqrt(CRB) / |value|

  /// sqrt(CRB) in widths of the prior; infinite for a prior without width.
  double in_widths(double snr) const;
  /// The share that the data have in the best estimate of a Gaussian prior and such a bound: 1 / (1 + in_widths^2), which is
  /// also its loss (docs/verdict.md).
  double ideal_data_share(double snr) const;
};

struct ClassBounds {
  std::string name;  ///< of the prior's class
  BoundSummary bounds;
};

struct OutputEncoding {
  std::string name, unit;  ///< SI
  BoundSummary all;
  std::vector<ClassBounds> classes;  ///< empty without a prior, or with one class
  double guess = 0;                  ///< CRB loss at SNR 1 of the best constant estimate; grows with SNR squared
};

struct Encoding {
  std::vector<OutputEncoding> outputs;
  std::vector<PartedParameter> parts;
  std::size_t fingerprints = 0;  ///< with a bound
  std::size_t dropped = 0;       ///< without
  bool is_prior_known = false;   ///< classes were looked for
};

/// `prior`, if not null, tells the classes: each fingerprint belongs to the one whose density at it is the largest.
Encoding encoding_of(const physics::Dataset& dataset, const Targets& targets, const physics::Prior* prior);

/// The index of the class under which the tissue is most likely.
std::size_t most_likely_class(const physics::Prior& prior, const physics::Tissue& tissue);

}  // namespace crbrt::evaluation
