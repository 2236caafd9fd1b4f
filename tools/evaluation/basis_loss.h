/// What compression by the basis costs: bounds of the compressed data over those of the whole fingerprints.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "physics/sequence.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {

/// sqrt(CRB after / CRB before) of one output, over fingerprints: 1 is a basis that loses nothing.
struct BasisFactor {
  std::string output;
  double median = 1, high = 1;  ///< high: 90th percentile
};

struct BasisLoss {
  std::size_t fingerprints = 0;
  std::size_t rank = 0;
  std::vector<BasisFactor> outputs;
};

/// The first `count` fingerprints that have a bound, simulated again without compression.
BasisLoss basis_loss(const physics::Dataset& dataset, const Targets& targets, const physics::Sequence& sequence,
                     std::size_t count, unsigned threads);

}  // namespace crbrt::evaluation
