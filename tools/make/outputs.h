/// What a model is to estimate, and in which range: from the tissue prior, where nobody says.
#pragma once

#include <string>
#include <vector>

#include "physics/prior.h"

namespace crbrt::make {

/// One output of a model, SI.
struct Output {
  std::string name;
  double minimum = 0, maximum = 0;  ///< what an estimate beyond is flagged for
};

/// `wanted`, or, where that is empty, pool size, T1 (apparent or of the free pool, as the prior has it) and T2 of the free
/// pool, those of them that the prior leaves free. The range holds what the prior draws, six standard deviations of a Gaussian
/// at most. Throws base::UsageError for a name that is none or of the other T1 model, and base::DisagreementError naming
/// `prior_file` for a quantity that the prior fixes, and where it fixes all.
std::vector<Output> outputs_of(const physics::Prior& prior, const std::string& prior_file,
                               const std::vector<std::string>& wanted);

}  // namespace crbrt::make
