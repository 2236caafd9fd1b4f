// SPDX-License-Identifier: Apache-2.0
/// What compression by the basis costs: bounds of the compressed data over those of the whole fingerprints.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "physics/sequence.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

/// What compression does to one output (physics/bound_factor.h), over fingerprints: 1 is a basis that loses nothing.
struct BasisFactor {
  std::string output;
  double median = 1, high = 1;  ///< high: 90th percentile
};

struct BasisLoss {
  std::size_t fingerprints = 0;
  std::size_t rank = 0;
  std::vector<BasisFactor> outputs;
};

/// The first `count` fingerprints that have a bound, simulated again without compression. Empty for a set of another simulator,
/// which is not here to do that. `targets` are of the data set. Throws std::invalid_argument for another sequence than that of
/// the data set.
std::optional<BasisLoss> basis_loss(const physics::Dataset& dataset, const Targets& targets, const physics::Sequence& sequence,
                                    std::size_t count, unsigned threads);

}  // namespace crbrt::evaluation
